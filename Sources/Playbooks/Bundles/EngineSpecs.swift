/// Modules that the engine itself carries out, and what modules need of it.
extension ModuleSpec {
    /// Whether it is about what the engine knows, whichever machine it is done for.
    package var isOfNoMachine: Bool { Self.ofNoMachine.contains(name) }

    /// Whether it may go on in the background (`async`): what works with the controller may not.
    package var runsInBackground: Bool { !isOfNoMachine && !Self.withController.contains(name) }

    /// Whether one machine does it for all of the batch, whatever the task says.
    package var isDoneOnce: Bool { ["pause", "add_host"].contains(name) }

    /// Those that add hosts or groups to the run's inventory.
    package static let growing: Set<String> = ["group_by", "add_host"]

    /// Whether the controller keeps what it says for the run.
    package var isKept: Bool { Self.growing.contains(name) || name == "set_stats" }

    private static let ofNoMachine: Set<String> = [
        "debug", "set_fact", "assert", "fail", "include_vars", "meta", "group_by", "add_host", "set_stats", "pause",
    ]
    private static let withController: Set<String> = [
        "copy", "template", "unarchive", "assemble", "fetch", "script", "raw", "wait_for_connection", "async_status",
        "gather_facts", "include_tasks", "include_role", "reboot",
    ]

    static let ofEngine: [ModuleSpec] = [
        ModuleSpec(name: "gather_facts", parameters: factParameters + [Parameter(name: "parallel", kind: .flag)]),
        ModuleSpec(name: "setup", parameters: factParameters),
        ModuleSpec(name: "include_tasks", parameters: [Parameter(name: "name", kind: .text, isRequired: true)]),
        ModuleSpec(name: "include_role", parameters: [Parameter(name: "name", kind: .text, isRequired: true)]),
        ModuleSpec(
            name: "fetch",
            parameters: [
                Parameter(name: "src", kind: .path, isRequired: true),
                Parameter(name: "dest", kind: .path, isRequired: true), Parameter(name: "flat", kind: .flag),
                Parameter(name: "fail_on_missing", kind: .flag), Parameter(name: "validate_checksum", kind: .flag),
            ]),
        ModuleSpec(
            name: "reboot",
            parameters: [
                Parameter(name: "pre_reboot_delay", kind: .integer, aliases: ["pre_reboot_delay_sec"]),
                Parameter(name: "post_reboot_delay", kind: .integer, aliases: ["post_reboot_delay_sec"]),
                Parameter(name: "reboot_timeout", kind: .integer, aliases: ["reboot_timeout_sec"]),
                Parameter(name: "connect_timeout", kind: .integer, aliases: ["connect_timeout_sec"]),
                Parameter(name: "test_command", kind: .text), Parameter(name: "msg", kind: .text),
                Parameter(name: "search_paths", kind: .list), Parameter(name: "boot_time_command", kind: .text),
                Parameter(name: "reboot_command", kind: .text),
            ]),
        ModuleSpec(
            name: "wait_for_connection",
            parameters: ["connect_timeout", "delay", "sleep", "timeout"].map { Parameter(name: $0, kind: .integer) }),
        ModuleSpec(
            name: "pause",
            parameters: [
                Parameter(name: "seconds", kind: .number), Parameter(name: "minutes", kind: .number),
                Parameter(name: "prompt", kind: .text), Parameter(name: "echo", kind: .flag),
            ],
            alternatives: [["minutes", "seconds"]]),
        ModuleSpec(
            name: "group_by",
            parameters: [
                Parameter(name: "key", kind: .text, isRequired: true), Parameter(name: "parents", kind: .any),
            ]),
        ModuleSpec(
            name: "add_host",
            parameters: [
                Parameter(name: "name", kind: .text, aliases: ["hostname", "host"], isRequired: true),
                Parameter(name: "groups", kind: .list, aliases: ["groupname", "group"]),
            ], takesAny: true),
        ModuleSpec(
            name: "set_stats",
            parameters: [
                Parameter(name: "data", kind: .dictionary), Parameter(name: "per_host", kind: .flag),
                Parameter(name: "aggregate", kind: .flag),
            ]),
        ModuleSpec(
            name: "include_vars",
            parameters: [
                Parameter(name: "file", kind: .path, aliases: ["_raw_params"]), Parameter(name: "dir", kind: .path),
                Parameter(name: "name", kind: .text), Parameter(name: "depth", kind: .integer),
                Parameter(name: "files_matching", kind: .text), Parameter(name: "ignore_files", kind: .list),
                Parameter(name: "extensions", kind: .list), Parameter(name: "ignore_unknown_extensions", kind: .flag),
            ]),
    ]

    private static let factParameters = [
        Parameter(name: "gather_subset", kind: .list), Parameter(name: "gather_timeout", kind: .integer),
        Parameter(name: "filter", kind: .list), Parameter(name: "fact_path", kind: .path),
    ]
}
