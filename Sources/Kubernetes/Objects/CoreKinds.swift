internal import JSON

extension Kinds {
    /// Namespaces.
    package static let namespace: Kind = {
        var kind = Kind("Namespace", "namespaces")
        kind.shortNames = ["ns"]
        kind.isNamespaced = false
        kind.nameIsLabel = true
        kind.subresources = [
            Subresource("finalize", kind: "Namespace", ["update"]), Subresource("status", kind: "Namespace", reading),
        ]
        kind.selectableFields = ["status.phase"]
        kind.columns = [Column("Name", format: "name"), Column("Status"), Column("Age")]
        kind.cells = { namespace, now in
            [
                .string(objectName(namespace)), .string(namespace[path: "status", "phase"]?.string ?? ""),
                .string(objectAge(namespace, now)),
            ]
        }
        kind.fillIn = { namespace in
            namespace.edit("metadata") { metadata in
                let name = metadata["name"] ?? ""
                metadata.fill("labels", [:])
                metadata.edit("labels") { $0["kubernetes.io/metadata.name"] = name }
            }
            let isLeaving = namespace[path: "metadata", "deletionTimestamp"]?.string != nil
            namespace.fill("spec", isLeaving ? [:] : ["finalizers": ["kubernetes"]])
            namespace.fill("status", [:])
            namespace.edit("status") { $0.fill("phase", "Active") }
        }
        return kind
    }()

    /// ConfigMaps.
    package static let configMap: Kind = {
        var kind = Kind("ConfigMap", "configmaps")
        kind.shortNames = ["cm"]
        kind.columns = [Column("Name", format: "name"), Column("Data"), Column("Age")]
        kind.cells = { map, now in
            let count = (map["data"]?.object?.count ?? 0) + (map["binaryData"]?.object?.count ?? 0)
            return [.string(objectName(map)), JSON(count), .string(objectAge(map, now))]
        }
        kind.validate = { validateKeys($0, ["data", "binaryData"]) }
        kind.validateUpdate = immutableData
        return kind
    }()

    /// Secrets.
    package static let secret: Kind = {
        var kind = Kind("Secret", "secrets")
        kind.selectableFields = ["type"]
        kind.columns = [Column("Name", format: "name"), Column("Type"), Column("Data"), Column("Age")]
        kind.cells = { secret, now in
            [
                .string(objectName(secret)), .string(secret["type"]?.string ?? ""),
                JSON(secret["data"]?.object?.count ?? 0),
                .string(objectAge(secret, now)),
            ]
        }
        kind.fillIn = { secret in
            secret.fill("type", "Opaque")
            guard let plain = secret["stringData"]?.object else { return }
            secret.fill("data", [:])
            secret.edit("data") { data in
                for (key, value) in plain { data[key] = .string(base64(Array((value.string ?? "").utf8))) }
            }
            secret["stringData"] = nil
        }
        kind.validate = { validateKeys($0, ["data"]) }
        kind.validateUpdate = { new, old in
            let changed = new["type"] != old["type"]
            return (changed ? [.invalid("type", new["type"] ?? .null, "field is immutable")] : [])
                + immutableData(new, old)
        }
        return kind
    }()

    /// Events of the core group.
    package static let event: Kind = {
        var kind = Kind("Event", "events")
        kind.shortNames = ["ev"]
        kind.selectableFields = [
            "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
            "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
            "reportingComponent", "source", "type",
        ]
        kind.columns = [
            Column("Last Seen"), Column("Type"), Column("Reason"), Column("Object"), Column("Subobject", wide: true),
            Column("Source", wide: true), Column("Message"), Column("First Seen", wide: true),
            Column("Count", wide: true),
            Column("Name", format: "name", wide: true),
        ]
        kind.cells = eventCells
        return kind
    }()

    /// ServiceAccounts.
    package static let serviceAccount: Kind = {
        var kind = Kind("ServiceAccount", "serviceaccounts")
        kind.shortNames = ["sa"]
        kind.columns = [Column("Name", format: "name"), Column("Secrets"), Column("Age")]
        kind.cells = { account, now in
            [
                .string(objectName(account)), JSON(account["secrets"]?.array?.count ?? 0),
                .string(objectAge(account, now)),
            ]
        }
        return kind
    }()

    /// Leases.
    package static let lease: Kind = {
        var kind = Kind("Lease", "leases", group: "coordination.k8s.io")
        kind.columns = [Column("Name", format: "name"), Column("Holder"), Column("Age")]
        kind.cells = { lease, now in
            [
                .string(objectName(lease)), .string(lease[path: "spec", "holderIdentity"]?.string ?? ""),
                .string(objectAge(lease, now)),
            ]
        }
        kind.fillIn = { $0.fill("spec", [:]) }
        return kind
    }()
}

private func validateKeys(_ object: JSON, _ members: [String]) -> [FieldError] {
    members.flatMap { member in
        (object[member]?.object?.keys ?? []).filter { key in
            key.isEmpty || key.utf8.count > 253 || key == "." || key == ".."
                || !key.utf8.allSatisfy { byte in
                    (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte)
                        || [0x2D, 0x2E, 0x5F].contains(byte)
                }
        }.map { key in
            .invalid(
                "\(member)[\(key)]", .string(key),
                "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
            )
        }
    }
}

private func immutableData(_ new: JSON, _ old: JSON) -> [FieldError] {
    guard old["immutable"]?.bool == true else { return [] }
    if new["immutable"]?.bool != true { return [.forbidden("immutable", "field is immutable when `immutable` is set")] }
    return ["data", "binaryData"].filter { new[$0] != old[$0] }.map {
        .forbidden($0, "field is immutable when `immutable` is set")
    }
}

private func eventCells(_ event: JSON, _ now: Timestamp) -> [JSON] {
    func age(_ field: String) -> String {
        let time = event[field]?.string ?? event["eventTime"]?.string
        return time.flatMap { Timestamp($0) }?.age(at: now) ?? "<unknown>"
    }
    let object = event["involvedObject"] ?? .null
    let source = [
        event[path: "source", "component"]?.string ?? event["reportingComponent"]?.string,
        event[path: "source", "host"]?.string,
    ]
    .compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ", ")
    let count = event["count"]?.integer ?? 1
    var message = event["message"]?.string ?? ""
    while message.last?.isNewline ?? false { message.removeLast() }
    return [
        .string(age("lastTimestamp")), event["type"] ?? "", event["reason"] ?? "",
        .string("\((object["kind"]?.string ?? "").lowercased())/\(object["name"]?.string ?? "")"),
        object["fieldPath"] ?? "",
        .string(source), .string(message), .string(age("firstTimestamp")), JSON(count), .string(objectName(event)),
    ]
}

func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var output: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let chunk = bytes[start..<min(start + 3, bytes.count)]
        let word = chunk.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - chunk.count))
        for position in 0..<4 {
            output.append(position <= chunk.count ? alphabet[word >> (18 - 6 * position) & 63] : UInt8(ascii: "="))
        }
    }
    return String(decoding: output, as: UTF8.self)
}
