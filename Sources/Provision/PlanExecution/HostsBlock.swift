package import Diagnostics

/// A cluster's lines in a file of host names (hosts(5)), between marks that say whose they are.
package struct HostsBlock: Hashable, Sendable {
    private let cluster: String
    private let uuid: String
    private let lines: [String]

    /// The block with the machines' names; a machine without an address has no line.
    package init(of cluster: ObservedCluster) {
        self.cluster = cluster.name
        uuid = cluster.uuid.text
        lines = cluster.machines.filter { !$0.address.isEmpty }.map { "\($0.address)\t\($0.name)" }
    }

    /// The lines themselves, as they are printed.
    package var entries: String { lines.map { $0 + "\n" }.joined() }

    private var beginning: String { "# clusterfile \(uuid) begins: cluster '\(cluster)', see clusterfile hosts --help" }
    private var ending: String { "# clusterfile \(uuid) ends" }

    /// A file's text with this block in it, in the place of the one it had, else at its end.
    package func applied(to text: String) throws(Diagnosis) -> String {
        let block = [beginning] + lines + [ending]
        var parts = try split(text)
        if parts.after.last == "" { parts.after.removeLast() }
        if !parts.found, parts.before.last == "" { parts.before.removeLast() }
        return (parts.before + block + parts.after).map { $0 + "\n" }.joined()
    }

    /// A file's text without this cluster's block; the same text where it has none.
    package func removed(from text: String) throws(Diagnosis) -> String {
        let parts = try split(text)
        return parts.found ? (parts.before + parts.after).joined(separator: "\n") : text
    }

    /// The lines before and after the block.
    private func split(_ text: String) throws(Diagnosis) -> (before: [String], after: [String], found: Bool) {
        let all = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let begin = all.firstIndex(where: { $0.hasPrefix("# clusterfile \(uuid) begins") }) else {
            return (all, [], false)
        }
        guard let end = all[begin...].firstIndex(of: ending) else {
            throw Diagnosis(
                "the names of cluster '\(cluster)' begin in line \(begin + 1) and do not end",
                why: "someone has edited the file", fix: "remove that line and the machines' lines by hand")
        }
        return (Array(all[..<begin]), Array(all[(end + 1)...]), true)
    }
}
