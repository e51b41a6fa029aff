extension ModuleSpec {
    /// The module of that name, short or fully qualified, or nil.
    package static func named(_ name: String) -> ModuleSpec? { shortName(of: name).flatMap { byName[$0] } }

    /// Every module's short name.
    package static var names: [String] { byName.keys.sorted() }

    /// The name without its collection; nil where that collection has no such module.
    private static func shortName(of name: String) -> String? {
        let parts = name.split(separator: ".").map(String.init)
        guard parts.count == 3 else { return name }
        let home = collections.first { $0.value.contains(parts[2]) }?.key ?? "ansible.builtin"
        let collection = parts[0] + "." + parts[1]
        return collection == home || (collection == "ansible.legacy" && home == "ansible.builtin") ? parts[2] : nil
    }

    /// Where modules live that are not Ansible's own.
    private static let collections: [String: Set<String>] = [
        "ansible.posix": ["authorized_key", "mount", "sysctl"],
        "community.general": ["filesystem", "locale_gen", "modprobe", "timezone", "ufw"],
        "community.crypto": ["openssl_csr", "openssl_privatekey", "x509_certificate"],
    ]

    private static let byName: [String: ModuleSpec] = {
        let tables = [all, ofEngine, fileSpecs, networkSpecs, packageSpecs, systemSpecs, cryptographySpecs]
        var specs = Dictionary(uniqueKeysWithValues: tables.joined().map { ($0.name, $0) })
        specs["systemd_service"] = specs["systemd"]
        return specs
    }()

    static func optional(_ name: String, _ kind: Kind, _ aliases: String...) -> Parameter {
        Parameter(name: name, kind: kind, aliases: aliases)
    }

    static func required(_ name: String, _ kind: Kind, _ aliases: String...) -> Parameter {
        Parameter(name: name, kind: kind, aliases: aliases, isRequired: true)
    }

    static let attributes = [
        optional("owner", .text), optional("group", .text), optional("mode", .mode), optional("unsafe_writes", .flag),
    ]

    static let present = optional("state", .choice(["present", "absent"]))

    private static let commandOptions = [
        optional("chdir", .path), optional("creates", .path), optional("removes", .path), optional("stdin", .text),
        optional("stdin_add_newline", .flag), optional("strip_empty_ends", .flag),
    ]

    private static let all: [ModuleSpec] = [
        ModuleSpec(
            name: "file",
            parameters: [
                required("path", .path, "dest", "name"),
                optional("state", .choice(["absent", "directory", "file", "hard", "link", "touch"])),
                optional("src", .path),
                optional("recurse", .flag), optional("force", .flag), optional("follow", .flag),
                optional("modification_time", .text), optional("modification_time_format", .text),
                optional("access_time", .text), optional("access_time_format", .text),
            ] + attributes),
        ModuleSpec(
            name: "copy",
            parameters: [
                required("dest", .path), optional("src", .path), optional("content", .any),
                optional("remote_src", .flag),
                optional("force", .flag), optional("backup", .flag), optional("directory_mode", .mode),
                optional("follow", .flag), optional("validate", .text), optional("checksum", .text),
                optional("local_follow", .flag), optional("decrypt", .flag),
            ] + attributes,
            controllerFile: "src", takesFolders: true, alternatives: [["src", "content"]]),
        ModuleSpec(
            name: "template",
            parameters: [
                required("dest", .path), required("src", .path), optional("force", .flag), optional("backup", .flag),
                optional("lstrip_blocks", .flag), optional("trim_blocks", .flag), optional("follow", .flag),
                optional("variable_start_string", .text), optional("variable_end_string", .text),
                optional("block_start_string", .text), optional("block_end_string", .text),
                optional("comment_start_string", .text), optional("comment_end_string", .text),
                optional("newline_sequence", .text),
                optional("validate", .text),
            ] + attributes,
            controllerFile: "src"),
        ModuleSpec(
            name: "command",
            parameters: [optional("cmd", .text, "_raw_params"), optional("argv", .list)] + commandOptions,
            takesCommandLine: true),
        ModuleSpec(
            name: "shell",
            parameters: [optional("cmd", .text, "_raw_params"), optional("executable", .path)] + commandOptions,
            takesCommandLine: true),
        ModuleSpec(
            name: "script",
            parameters: [
                required("cmd", .text, "_raw_params"), optional("chdir", .path), optional("creates", .path),
                optional("removes", .path), optional("executable", .path), optional("decrypt", .flag),
            ],
            takesCommandLine: true, controllerFile: "cmd"),
        ModuleSpec(
            name: "raw", parameters: [required("cmd", .text, "_raw_params"), optional("executable", .path)],
            takesCommandLine: true),
        ModuleSpec(
            name: "systemd",
            parameters: [
                optional("name", .text, "service", "unit"),
                optional("state", .choice(["reloaded", "restarted", "started", "stopped"])),
                optional("enabled", .flag), optional("masked", .flag),
                optional("daemon_reload", .flag, "daemon-reload"),
                optional("daemon_reexec", .flag, "daemon-reexec"), optional("no_block", .flag),
                optional("force", .flag), optional("scope", .choice(["system", "user", "global"])),
            ]),
        ModuleSpec(
            name: "user",
            parameters: [
                required("name", .text, "user"), optional("uid", .integer), optional("group", .text),
                optional("groups", .list),
                optional("append", .flag), optional("comment", .text), optional("home", .path),
                optional("shell", .path),
                optional("system", .flag), optional("create_home", .flag, "createhome"), optional("password", .text),
                optional("password_lock", .flag), optional("state", .choice(["present", "absent"])),
                optional("remove", .flag),
                optional("force", .flag), optional("move_home", .flag), optional("non_unique", .flag),
                optional("skeleton", .path), optional("umask", .text), optional("expires", .number),
                optional("update_password", .choice(["always", "on_create"])),
                optional("password_expire_max", .integer), optional("password_expire_min", .integer),
                optional("generate_ssh_key", .flag), optional("ssh_key_bits", .integer),
                optional("ssh_key_type", .text), optional("ssh_key_file", .path), optional("ssh_key_comment", .text),
                optional("ssh_key_passphrase", .text),
            ]),
        ModuleSpec(
            name: "group",
            parameters: [
                required("name", .text), optional("gid", .integer), optional("system", .flag),
                optional("state", .choice(["present", "absent"])), optional("non_unique", .flag),
            ]),
        ModuleSpec(
            name: "lineinfile",
            parameters: [
                required("path", .path, "dest", "destfile", "name"), optional("line", .text, "value"),
                optional("regexp", .text, "regex"),
                optional("search_string", .text), optional("state", .choice(["present", "absent"])),
                optional("backrefs", .flag),
                optional("insertafter", .text), optional("insertbefore", .text), optional("create", .flag),
                optional("backup", .flag), optional("firstmatch", .flag), optional("validate", .text),
            ] + attributes,
            alternatives: [
                ["insertbefore", "insertafter"], ["regexp", "search_string"], ["backrefs", "search_string"],
            ]),
        ModuleSpec(
            name: "sysctl",
            parameters: [
                required("name", .text, "key"), optional("value", .text, "val"),
                optional("state", .choice(["present", "absent"])),
                optional("sysctl_file", .path), optional("sysctl_set", .flag), optional("reload", .flag),
                optional("ignoreerrors", .flag),
            ]),
        ModuleSpec(
            name: "modprobe",
            parameters: [
                required("name", .text), optional("state", .choice(["present", "absent"])), optional("params", .text),
                optional("persistent", .choice(["disabled", "present", "absent"])),
            ]),
        ModuleSpec(
            name: "filesystem",
            parameters: [
                required("dev", .path, "device"), optional("fstype", .text, "type"), optional("opts", .text),
                optional("force", .flag), optional("resizefs", .flag),
                optional("state", .choice(["present", "absent"])),
            ]),
        ModuleSpec(
            name: "mount",
            parameters: [
                required("path", .path, "name"),
                Parameter(
                    name: "state",
                    kind: .choice(["mounted", "present", "unmounted", "absent", "remounted", "ephemeral"]),
                    isRequired: true),
                optional("src", .text), optional("fstype", .text), optional("opts", .text), optional("dump", .text),
                optional("passno", .text), optional("fstab", .path), optional("boot", .flag), optional("backup", .flag),
            ]),
        ModuleSpec(
            name: "wait_for",
            parameters: [
                optional("host", .text), optional("port", .integer), optional("path", .path),
                optional("search_regex", .text),
                optional("state", .choice(["started", "stopped", "present", "absent", "drained"])),
                optional("timeout", .integer), optional("exclude_hosts", .list),
                optional("active_connection_states", .list),
                optional("connect_timeout", .integer), optional("delay", .integer), optional("sleep", .number),
                optional("msg", .text),
            ]),
        ModuleSpec(
            name: "debug", parameters: [optional("msg", .any), optional("var", .text), optional("verbosity", .integer)]),
        ModuleSpec(name: "set_fact", parameters: [optional("cacheable", .flag)], takesAny: true),
        ModuleSpec(
            name: "assert",
            parameters: [
                required("that", .any), optional("fail_msg", .any, "msg"), optional("success_msg", .any),
                optional("quiet", .flag),
            ]),
        ModuleSpec(name: "fail", parameters: [optional("msg", .text)]),
        ModuleSpec(
            name: "stat",
            parameters: [
                required("path", .path, "dest", "name"), optional("follow", .flag), optional("get_checksum", .flag),
                optional(
                    "checksum_algorithm", .choice(["sha1", "sha256", "sha384", "sha512", "md5"]), "checksum",
                    "checksum_algo"),
                optional("get_mime", .flag, "mime", "mime_type", "mime-type"),
                optional("get_attributes", .flag, "attr", "attributes"),
            ]),
        ModuleSpec(
            name: "hostname", parameters: [required("name", .text), optional("use", .choice(["systemd", "debian"]))]),
        ModuleSpec(name: "ping", parameters: [optional("data", .text)]),
        ModuleSpec(
            name: "meta",
            parameters: [
                optional(
                    "cmd",
                    .choice([
                        "clear_facts", "clear_host_errors", "end_batch", "end_host", "end_play", "flush_handlers",
                        "noop", "refresh_inventory", "reset_connection",
                    ]), "_raw_params")
            ],
            takesCommandLine: true),
    ]
}
