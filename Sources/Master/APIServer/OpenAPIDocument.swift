internal import Objects

/// The openapi v2 document as gnostic's protobuf (OpenAPIv2.proto), written from the kinds' and types' tables.
enum OpenAPIDocument {
    static func bytes(version: String) -> [UInt8] {
        var document = ProtobufWriter()
        document.string(1, "2.0")
        document.message(2) { info in
            info.string(1, "Kubernetes")
            info.string(2, version)
        }
        document.message(8) { paths in
            for kind in Kinds.all { path(of: kind, to: &paths) }
        }
        document.message(9) { definitions in
            for name in Schema.shared.names {
                guard let type = Schema.shared[name] else { continue }
                definitions.message(1) { named in
                    named.string(1, type.definition)
                    named.message(2) { schema(of: type, to: &$0) }
                }
            }
            scalar(quantity, "string", nil, to: &definitions)
            scalar(intOrString, "string", "int-or-string", to: &definitions)
            scalar(time, "string", "date-time", to: &definitions)
            scalar(microTime, "string", "date-time", to: &definitions)
        }
        return document.bytes
    }

    private static let quantity = "io.k8s.apimachinery.pkg.api.resource.Quantity"
    private static let intOrString = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
    private static let time = "io.k8s.apimachinery.pkg.apis.meta.v1.Time"
    private static let microTime = "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime"

    private static func scalar(_ name: String, _ type: String, _ format: String?, to definitions: inout ProtobufWriter)
    {
        definitions.message(1) { named in
            named.string(1, name)
            named.message(2) { schema in
                if let format { schema.string(2, format) }
                schema.message(22) { $0.string(1, type) }
            }
        }
    }

    private static func schema(of type: ObjectType, to schema: inout ProtobufWriter) {
        for field in type.fields where field.isRequired { schema.string(19, field.name) }
        schema.message(22) { $0.string(1, "object") }
        schema.message(25) { properties in
            for field in type.fields {
                properties.message(1) { named in
                    named.string(1, field.name)
                    named.message(2) { property(field, to: &$0) }
                }
            }
        }
        if let kind = Kinds.all.first(where: { $0.name == type.name }) {
            let group = kind.group.isEmpty ? "\"\"" : kind.group
            let text = "- group: \(group)\n  kind: \(kind.name)\n  version: \(kind.version)\n"
            extend(&schema, "x-kubernetes-group-version-kind", text)
        }
    }

    private static func property(_ field: Field, to schema: inout ProtobufWriter) {
        value(field.type, to: &schema)
        if let key = field.mergeKey, !key.isEmpty { extend(&schema, "x-kubernetes-patch-merge-key", "\(key)\n") }
        let strategies = (field.mergeKey == nil ? [] : ["merge"]) + (field.retainsKeys ? ["retainKeys"] : [])
        if !strategies.isEmpty {
            extend(&schema, "x-kubernetes-patch-strategy", strategies.joined(separator: ",") + "\n")
        }
    }

    private static func extend(_ schema: inout ProtobufWriter, _ name: String, _ yaml: String) {
        schema.message(31) { named in
            named.string(1, name)
            named.message(2) { $0.string(2, yaml) }
        }
    }

    private static func value(_ type: FieldType, to schema: inout ProtobufWriter) {
        func plain(_ name: String, _ format: String? = nil) {
            if let format { schema.string(2, format) }
            schema.message(22) { $0.string(1, name) }
        }
        func reference(_ name: String) { schema.string(1, "#/definitions/\(name)") }
        switch type {
        case .string: plain("string")
        case .integer: plain("integer", "int64")
        case .number: plain("number", "double")
        case .boolean: plain("boolean")
        case .bytes: plain("string", "byte")
        case .any: plain("object")
        case .quantity: reference(quantity)
        case .intOrString: reference(intOrString)
        case .time: reference(time)
        case .microTime: reference(microTime)
        case .object(let name): reference(Schema.shared[name]?.definition ?? name)
        case .list(let element):
            schema.message(22) { $0.string(1, "array") }
            schema.message(23) { items in items.message(1) { value(element, to: &$0) } }
        case .map(let element):
            schema.message(21) { additional in additional.message(1) { value(element, to: &$0) } }
            schema.message(22) { $0.string(1, "object") }
        }
    }

    /// One path a kind, with the patch that tells clients that a dry run works.
    private static func path(of kind: Kind, to paths: inout ProtobufWriter) {
        let base = kind.group.isEmpty ? "/api/\(kind.version)" : "/apis/\(kind.group)/\(kind.version)"
        let space = kind.isNamespaced ? "/namespaces/{namespace}" : ""
        paths.message(2) { named in
            named.string(1, "\(base)\(space)/\(kind.plural)/{name}")
            named.message(2) { item in
                item.message(8) { patch in
                    for name in ["dryRun", "fieldManager", "fieldValidation", "force"] { parameter(name, to: &patch) }
                    let group = kind.group.isEmpty ? "\"\"" : kind.group
                    patch.message(13) { extension_ in
                        extension_.string(1, "x-kubernetes-group-version-kind")
                        extension_.message(2) {
                            $0.string(2, "group: \(group)\nkind: \(kind.name)\nversion: \(kind.version)\n")
                        }
                    }
                }
            }
        }
    }

    private static func parameter(_ name: String, to operation: inout ProtobufWriter) {
        operation.message(8) { item in
            item.message(1) { parameter in
                parameter.message(2) { other in
                    other.message(3) { query in
                        query.string(2, "query")
                        query.string(4, name)
                        query.string(6, name == "force" ? "boolean" : "string")
                    }
                }
            }
        }
    }
}
