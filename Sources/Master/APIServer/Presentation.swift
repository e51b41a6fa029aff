internal import JSON
internal import Objects

/// In which form a client wants objects: the first type in Accept that the server can give.
enum Presentation: Hashable {
    case plain
    case table(version: String)
    case partial(version: String)

    init(_ request: APIRequest) throws {
        let header = request.header("accept") ?? ""
        if header.isEmpty {
            self = .plain
            return
        }
        for option in header.split(separator: ",") {
            let parts = option.split(separator: ";").map { $0.filter { $0 != " " } }
            guard let type = parts.first, ["application/json", "*/*", "application/*"].contains(type) else { continue }
            let parameters = Dictionary(
                parts.dropFirst().compactMap { part -> (String, String)? in
                    let halves = part.split(separator: "=", maxSplits: 1)
                    return halves.count == 2 ? (String(halves[0]), String(halves[1])) : nil
                }, uniquingKeysWith: { first, _ in first })
            let version = parameters["v"] ?? "v1"
            switch parameters["as"] {
            case nil:
                self = .plain
                return
            case "Table" where parameters["g"] == "meta.k8s.io" && ["v1", "v1beta1"].contains(version):
                self = .table(version: version)
                return
            case "PartialObjectMetadata" where parameters["g"] == "meta.k8s.io",
                "PartialObjectMetadataList" where parameters["g"] == "meta.k8s.io":
                self = .partial(version: version)
                return
            default: continue
            }
        }
        throw APIFailure.notAcceptable(["application/json", "application/yaml"])
    }
}

/// Tables as kubectl prints them.
struct TableWriter {
    var kind: Kind
    var version: String
    /// `Metadata`, `Object` or `None`: what stands beside the cells.
    var includes: String
    var now: Timestamp

    init(_ kind: Kind, version: String, _ request: APIRequest, now: Timestamp) {
        self.kind = kind
        self.version = version
        self.now = now
        includes = request.parameter("includeObject") ?? "Metadata"
    }

    /// A table of objects, with the members of a list's metadata.
    func table(_ objects: [JSON], metadata: JSONObject) -> JSON {
        [
            "kind": "Table", "apiVersion": .string("meta.k8s.io/\(version)"), "metadata": .object(metadata),
            "columnDefinitions": .array(
                kind.columns.map {
                    [
                        "name": .string($0.name), "type": .string($0.type), "format": .string($0.format),
                        "description": .string($0.name), "priority": JSON($0.priority),
                    ]
                }),
            "rows": .array(objects.map(row)),
        ]
    }

    private func row(_ object: JSON) -> JSON {
        var row: JSON = ["cells": .array(kind.cells(object, now))]
        switch includes {
        case "None": row["object"] = .null
        case "Object": row["object"] = object
        default: row["object"] = partialMetadata(object, version: version)
        }
        return row
    }
}

/// Only what all kinds have: PartialObjectMetadata.
func partialMetadata(_ object: JSON, version: String) -> JSON {
    [
        "kind": "PartialObjectMetadata", "apiVersion": .string("meta.k8s.io/\(version)"),
        "metadata": object["metadata"] ?? [:],
    ]
}
