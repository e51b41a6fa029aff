/// The keywords of plays and tasks.
enum Keywords {
    static let play = [
        "name", "hosts", "become", "become_user", "become_method", "gather_facts", "vars", "vars_files", "roles",
        "tasks", "pre_tasks",
        "post_tasks", "handlers", "environment", "tags", "remote_user", "any_errors_fatal",
    ]

    static let task = [
        "name", "when", "loop", "with_items", "loop_control", "register", "notify", "become", "become_user",
        "become_method", "vars",
        "changed_when", "failed_when", "ignore_errors", "no_log", "environment", "until", "retries", "delay", "tags",
        "args", "block",
    ]

    static let handler = task + ["listen"]

    /// What Ansible knows and this does not yet: it is said so, rather than taken for a module's name.
    static let unsupported: Set<String> = [
        "delegate_to", "run_once", "rescue", "always", "async", "poll", "check_mode", "diff", "throttle", "debugger",
        "delegate_facts",
        "serial", "strategy", "max_fail_percentage", "vars_prompt", "force_handlers", "collections", "connection",
        "module_defaults",
        "include_tasks", "include_role", "import_role", "include_vars", "include", "import_playbook", "port", "order",
        "local_action", "action",
    ]

    static func isLoop(_ name: String) -> Bool { name == "loop" || name == "with_items" }
}
