internal import JSON

/// What a state folder says of its cluster, so that a command can be told a name from anywhere; it is informational only.
package struct ClusterRecord: Hashable, Sendable {
    package var name: String
    package var uuid: String
    package var clusterfilePath: String
}

extension CredentialStore {
    /// The clusters that have a state folder below the root, by name; folders without a readable record are left out.
    package static func clusters(root: String) throws(CredentialError) -> [ClusterRecord] {
        var records: [ClusterRecord] = []
        for uuid in try StateFolder(path: root).names() where uuid.utf8.count == 36 {
            guard let text = try StateFolder(path: "\(root)/\(uuid)").read("cluster.json"),
                let json = try? JSON(parsing: text),  // a damaged record names no cluster
                let name = json["name"]?.string, let path = json["clusterfile"]?.string
            else { continue }
            records.append(ClusterRecord(name: name, uuid: uuid, clusterfilePath: path))
        }
        return records.sorted { ($0.name, $0.uuid) < ($1.name, $1.uuid) }
    }
}
