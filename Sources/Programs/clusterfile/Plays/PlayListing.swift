import Plays

/// What `--list-hosts`, `--list-tasks` and `--list-tags` print.
struct PlayListing {
    private let playbooks: [CompiledPlaybook]
    private let choice: PlayChoice

    init(_ playbooks: [CompiledPlaybook], _ choice: PlayChoice) {
        self.playbooks = playbooks
        self.choice = choice
    }

    var text: String { playbooks.map(lines).joined(separator: "\n") }

    private func lines(of playbook: CompiledPlaybook) -> String {
        var lines = ["playbook: \(playbook.path)"]
        for outline in playbook.outlines {
            lines.append("")
            lines.append(
                "  play #\(outline.number + 1) (\(outline.pattern)): \(outline.name)\tTAGS: [\(outline.tags.joined(separator: ", "))]"
            )
            if choice.listHosts {
                lines.append("    hosts (\(outline.hosts.count)):")
                lines += outline.hosts.map { "      \($0)" }
            }
            if choice.listTasks {
                lines.append("    tasks:")
                lines += outline.tasks.map { "      \($0.name)\tTAGS: [\($0.tags.joined(separator: ", "))]" }
            }
            if choice.listTags {
                let all = Set(outline.tasks.flatMap(\.tags)).sorted()
                lines.append("    task tags: [\(all.joined(separator: ", "))]")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
