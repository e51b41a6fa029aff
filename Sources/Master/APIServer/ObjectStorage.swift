internal import JSON
internal import Objects
internal import StateStore

/// Objects in the store: their keys, and the bytes that are answered as they are.
struct ObjectStorage: Sendable {
    let store: StateStore

    func prefix(_ kind: Kind, namespace: String) -> String {
        let base = "/" + (kind.group.isEmpty ? "core" : kind.group) + "/" + kind.plural + "/"
        return kind.isNamespaced && !namespace.isEmpty ? base + namespace + "/" : base
    }

    func key(_ kind: Kind, namespace: String, name: String) -> String { prefix(kind, namespace: namespace) + name }

    func get(_ kind: Kind, namespace: String, name: String) throws -> StoredObject? {
        try store.get(key(kind, namespace: namespace, name: name)).map { try StoredObject($0) }
    }

    func create(_ object: JSON, _ kind: Kind) async throws -> Entry {
        try await store.create(key(of: object, kind), Self.draft(object))
    }

    func update(_ object: JSON, _ kind: Kind, expected: Int64) async throws -> Entry {
        try await store.update(key(of: object, kind), Self.draft(object), expected: expected)
    }

    func delete(_ object: JSON, _ kind: Kind, expected: Int64) async throws -> Entry {
        try await store.delete(key(of: object, kind), last: Self.draft(object), expected: expected)
    }

    private func key(of object: JSON, _ kind: Kind) -> String {
        let metadata = object["metadata"]
        return key(kind, namespace: metadata?["namespace"]?.string ?? "", name: metadata?["name"]?.string ?? "")
    }

    /// The object's bytes with a hole for the revision: kind and apiVersion first, resourceVersion first in metadata.
    static func draft(_ object: JSON) -> Draft {
        var bytes = Array("{\"kind\":".utf8)
        (object["kind"] ?? .null).write(into: &bytes)
        bytes += Array(",\"apiVersion\":".utf8)
        (object["apiVersion"] ?? .null).write(into: &bytes)
        bytes += Array(",\"metadata\":{\"resourceVersion\":\"".utf8)
        let offset = bytes.count
        bytes.append(UInt8(ascii: "\""))
        for (key, value) in object["metadata"]?.object ?? [:] where key != "resourceVersion" {
            append(key, value, to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
        for (key, value) in object.object ?? [:] where !["kind", "apiVersion", "metadata"].contains(key) {
            append(key, value, to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
        return Draft(bytes, revisionOffset: offset)
    }

    private static func append(_ key: String, _ value: JSON, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: ","))
        JSON.string(key).write(into: &bytes)
        bytes.append(UInt8(ascii: ":"))
        value.write(into: &bytes)
    }
}

/// A stored object, decoded, with the revision that wrote it.
struct StoredObject {
    var json: JSON
    var entry: Entry

    init(_ entry: Entry) throws {
        self.entry = entry
        json = try JSON(parsing: entry.value)
    }

    var revision: Int64 { entry.revision }
}
