import Foundation

/// The differences to the peer that are kept on purpose: `Playbooks/differences.md`.
struct PurposefulDifferences: Sendable {
    struct Row: Hashable, Sendable {
        var playbook: String
        /// What differs, as a shell's pattern.
        var thing: String
        var reason: String

        func isAbout(_ playbook: String, _ thing: String) -> Bool {
            fnmatch(self.playbook, playbook, 0) == 0 && fnmatch(self.thing, thing, 0) == 0
        }
    }

    let rows: [Row]

    init() throws {
        let file = CorpusPlaybook.folder.appendingPathComponent("differences.md")
        rows = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("| ") }
            .dropFirst().map { line in
                let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
                guard cells.count == 3 else { throw SetupError("differences.md: '\(line)' has not three cells") }
                return Row(
                    playbook: cells[0], thing: cells[1].trimmingCharacters(in: ["`"]), reason: cells[2])
            }
    }
}
