/// The keywords of plays, blocks and tasks.
enum Keywords {
    /// What a play gives to its tasks, a block to its own.
    private static let inherited = [
        "when", "become", "become_user", "become_method", "become_flags", "vars", "environment", "ignore_errors",
        "no_log", "check_mode", "diff", "delegate_to", "delegate_facts", "run_once", "any_errors_fatal", "tags",
        "notify", "module_defaults", "collections", "remote_user", "debugger", "throttle", "connection", "port",
        "ignore_unreachable", "timeout",
    ]

    static let play =
        inherited + [
            "name", "hosts", "gather_facts", "vars_files", "roles", "tasks", "pre_tasks", "post_tasks", "handlers",
            "force_handlers", "serial", "max_fail_percentage", "strategy", "gather_subset", "gather_timeout",
            "fact_path", "order", "vars_prompt",
        ]

    static let block = inherited + ["name", "block", "rescue", "always"]

    static let task =
        inherited + [
            "name", "action", "local_action", "loop", "loop_control", "register", "changed_when", "failed_when",
            "until", "retries", "delay", "async", "poll", "args", "block",
        ]

    static let handler = task + ["listen"]

    static func shortName(of name: String) -> String {
        for collection in ["ansible.builtin.", "ansible.legacy."] where name.hasPrefix(collection) {
            return String(name.dropFirst(collection.count))
        }
        return name
    }

    /// Whether a task of that name stands for others.
    static func bringsTasks(_ name: String) -> Bool {
        ["import_tasks", "import_role", "include_tasks", "include_role", "include"].contains(shortName(of: name))
    }
}
