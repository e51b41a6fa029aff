/// What a machine's snapshot says of itself in libvirt: which cluster's it is, and of which machines together.
///
/// Whether a cluster's snapshot is whole is read from these words alone: no list is kept elsewhere.
struct SnapshotLabel: Hashable, Sendable {
    var cluster: String
    var machines: [String]

    init(cluster: String, machines: [String]) {
        self.cluster = cluster
        self.machines = machines
    }

    /// The description in libvirt, as a person reads it too.
    var text: String { "clusterfile \(cluster): \(machines.joined(separator: " "))" }

    /// Reads a description; nil for one of somebody else's.
    init?(_ text: String) {
        let words = text.split(separator: " ").map(String.init)
        guard words.count > 2, words[0] == "clusterfile", words[1].hasSuffix(":") else { return nil }
        self.init(cluster: String(words[1].dropLast()), machines: Array(words[2...]))
    }
}
