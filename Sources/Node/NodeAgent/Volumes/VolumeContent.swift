import JSON

/// The files of volumes that are made of objects.
enum VolumeContent {
    struct File: Hashable {
        /// Below the volume's own folder; never leads out of it.
        var path: String
        var bytes: [UInt8]
        var mode: UInt32
    }

    /// A ConfigMap's or Secret's keys as files; all of them, or the `items` named.
    static func keyed(
        _ kind: Variables.DataKind, _ source: JSON, _ nameMember: String, volume: String, _ variables: Variables
    ) throws -> [File] {
        let name = source[nameMember]?.string ?? ""
        let isOptional = source["optional"]?.bool ?? false
        guard let data = variables.data(kind, name) else {
            if isOptional { return [] }
            throw NodeAgentError.configurationMissing(kind: kind.rawValue, name: name, key: nil)
        }
        let mode = source["defaultMode"]?.integer.flatMap { UInt32(exactly: $0) } ?? 0o644
        guard let items = source["items"]?.array else {
            return data.sorted { $0.key < $1.key }.map { File(path: $0.key, bytes: $0.value, mode: mode) }
        }
        return try items.compactMap { item in
            let key = item["key"]?.string ?? ""
            guard let bytes = data[key] else {
                if isOptional { return nil }
                throw NodeAgentError.configurationMissing(kind: kind.rawValue, name: name, key: key)
            }
            return File(
                path: try confined(item["path"]?.string ?? key, volume), bytes: bytes, mode: self.mode(item) ?? mode)
        }
    }

    /// The pod's own fields as files.
    static func downward(_ source: JSON, _ variables: Variables) throws -> [File] {
        let mode = source["defaultMode"]?.integer.flatMap { UInt32(exactly: $0) } ?? 0o644
        return try (source["items"]?.array ?? []).map { item in
            let text =
                if let path = item[path: "fieldRef", "fieldPath"]?.string {
                    try variables.field(path)
                } else {
                    try variables.resourceField(item["resourceFieldRef"] ?? .null, .null)
                }
            let path = try confined(item["path"]?.string ?? "", "downwardAPI")
            return File(path: path, bytes: Array(text.utf8), mode: self.mode(item) ?? mode)
        }
    }

    /// Several sources in one volume; later ones win.
    static func projected(_ projected: JSON, volume: String, _ variables: Variables) throws -> [File] {
        var files: [String: File] = [:]
        for source in projected["sources"]?.array ?? [] {
            var found: [File] = []
            if let map = source["configMap"] { found = try keyed(.configMap, map, "name", volume: volume, variables) }
            if let secret = source["secret"] { found = try keyed(.secret, secret, "name", volume: volume, variables) }
            if let fields = source["downwardAPI"] { found = try downward(fields, variables) }
            if source["serviceAccountToken"] != nil {
                throw NodeAgentError.unsupportedVolume(name: volume, kind: "serviceAccountToken")
            }
            for file in found { files[file.path] = file }
        }
        return files.values.sorted { $0.path < $1.path }
    }

    private static func mode(_ item: JSON) -> UInt32? { item["mode"]?.integer.flatMap { UInt32(exactly: $0) } }

    private static func confined(_ path: String, _ volume: String) throws -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !path.isEmpty, !path.hasPrefix("/"), !parts.contains(".."), !parts.contains("") else {
            throw NodeAgentError.volumeUnusable(name: volume, reason: "'\(path)' must be a path inside the volume")
        }
        return path
    }
}
