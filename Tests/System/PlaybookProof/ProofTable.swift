import Foundation

/// The committed table of `scripts/prove playbooks`: a row each playbook; those that it has are not run again.
struct ProofTable: Sendable {
    let file: URL

    private static let head = """
        # Playbooks carried out by Ansible and by `clusterfile play` (`scripts/prove playbooks`)

        \(ProcessInfo.processInfo.activeProcessorCount) cores, no KVM; each on a machine of its own that began as the other's fork, two pairs at a time. After
        both runs the machines' files, units, users, settings, packages and rules are compared, and the recaps. "equal"
        means that nothing differs but what [differences.md](../Playbooks/differences.md) lists for the playbook.

        | playbook | first run | second run | Ansible: seconds | ours: seconds | verdict |
        |---|---|---|---|---|---|

        """

    /// The playbooks that have a row.
    func proven() -> Set<String> {
        // There is no table before the first row.
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return Set(text.matches(of: /(?m)^\| ([a-z0-9_]+) \|.*\| equal/).map { String($0.1) })
    }

    /// Adds a row; rows are in the playbooks' order.
    func add(_ comparison: PlaybookComparison, verdict: String) throws {
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? Self.head
        func seconds(_ runs: [ProofSide.Run]) -> String {
            runs.map { String(format: "%.1f", $0.seconds) }.joined(separator: ", ")
        }
        let row =
            "| \(comparison.playbook.name) | \(comparison.peer[0].recap.cell) | \(comparison.peer[1].recap.cell) "
            + "| \(seconds(comparison.peer)) | \(seconds(comparison.ours)) | \(verdict) |"
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let rows =
            lines.filter { $0.hasPrefix("| ") && !$0.hasPrefix("| playbook ") }
            .filter { !$0.hasPrefix("| \(comparison.playbook.name) |") } + [row]
        let head = lines.filter { !$0.hasPrefix("| ") || $0.hasPrefix("| playbook ") }.joined(separator: "\n")
        let trimmed = head.trimmingCharacters(in: .whitespacesAndNewlines)
        try (trimmed + "\n" + rows.sorted().joined(separator: "\n") + "\n")
            .write(to: file, atomically: true, encoding: .utf8)
    }
}
