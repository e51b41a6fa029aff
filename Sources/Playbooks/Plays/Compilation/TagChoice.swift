/// Which tasks a run is of, by their tags (`--tags`, `--skip-tags`).
package struct TagChoice: Hashable, Sendable {
    package var only: Set<String>
    package var skipped: Set<String>

    /// Every task but those that are `never` run unasked.
    package static let all = TagChoice(only: ["all"], skipped: [])

    package init(only: Set<String>, skipped: Set<String>) {
        self.only = only.isEmpty ? ["all"] : only
        self.skipped = skipped
    }

    func keeps(_ task: PlayTask) -> Bool { keeps(task.tags) }

    /// Whether a task with these tags runs, by the rules of Ansible's special ones: `always`, `never`, `all`, `tagged`,
    /// `untagged`.
    func keeps(_ tags: Set<String>) -> Bool {
        let isTagged = !tags.isEmpty && tags != ["untagged"]
        var runs: Bool
        if tags.contains("always") {
            runs = true
        } else if only.contains("all"), !tags.contains("never") {
            runs = true
        } else if !only.isDisjoint(with: tags) {
            runs = true
        } else {
            runs =
                only.contains("tagged") && isTagged && !tags.contains("never") || only.contains("untagged") && !isTagged
        }
        guard runs, !skipped.isEmpty else { return runs }
        if skipped.contains("all") {
            runs = tags.contains("always") && !skipped.contains("always")
        } else if !skipped.isDisjoint(with: tags) || skipped.contains("tagged") && isTagged
            || skipped.contains("untagged") && !isTagged
        {
            runs = false
        }
        return runs
    }
}
