internal import JSON

/// What the person who runs playbooks chose, as far as templates may ask for it.
package struct RunOptions: Hashable, Sendable {
    package var isChecking = false
    package var showsDifferences = false
    package var forks = 5
    package var inventories: [String] = []
    package var limit: String?
    package var tags: [String] = []
    package var skippedTags: [String] = []
    package var verbosity = 0
    package var configurationFile: String?

    package init() {}

    /// Under Ansible's names.
    var variables: JSONObject {
        var all: JSONObject = [
            "ansible_check_mode": .bool(isChecking), "ansible_diff_mode": .bool(showsDifferences),
            "ansible_forks": JSON(forks), "ansible_inventory_sources": JSON(inventories),
            "ansible_run_tags": JSON(tags.isEmpty ? ["all"] : tags), "ansible_skip_tags": JSON(skippedTags),
            "ansible_verbosity": JSON(verbosity),
            "ansible_config_file": configurationFile.map { .string($0) } ?? .null,
            // Roles give it to the controller as the Python of its modules, which need none here.
            "ansible_playbook_python": "/usr/bin/python3",
        ]
        if let limit { all["ansible_limit"] = .string(limit) }
        return all
    }
}
