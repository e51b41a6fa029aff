// Modules about services, the firewall, time and language, and sources of programs.
extension ModuleSpec {
    static let systemSpecs: [ModuleSpec] = [
        ModuleSpec(
            name: "service",
            parameters: [
                required("name", .text), optional("state", .choice(["reloaded", "restarted", "started", "stopped"])),
                optional("enabled", .flag), optional("sleep", .integer), optional("pattern", .text),
                optional("runlevel", .text), optional("arguments", .text, "args"), optional("use", .text),
                // The peer hands a service to its manager's own module, with all its arguments.
                optional("daemon_reload", .flag, "daemon-reload"), optional("masked", .flag),
                optional("no_block", .flag), optional("scope", .choice(["system", "user", "global"])),
                optional("force", .flag),
            ]),
        ModuleSpec(name: "service_facts", parameters: []),
        ModuleSpec(
            name: "async_status",
            parameters: [required("jid", .text), optional("mode", .choice(["status", "cleanup"]))]),
        ModuleSpec(
            name: "git",
            parameters: [
                required("repo", .text, "name"), optional("dest", .path), optional("version", .text),
                optional("remote", .text), optional("refspec", .text), optional("reference", .text),
                optional("force", .flag), optional("depth", .integer), optional("clone", .flag),
                optional("update", .flag), optional("verify_commit", .flag), optional("gpg_whitelist", .list),
                optional("accept_hostkey", .flag), optional("accept_newhostkey", .flag), optional("key_file", .path),
                optional("ssh_opts", .text), optional("executable", .path), optional("bare", .flag),
                optional("recursive", .flag), optional("single_branch", .flag), optional("track_submodules", .flag),
                optional("umask", .mode), optional("archive", .path), optional("archive_prefix", .text),
                optional("separate_git_dir", .path),
            ],
            alternatives: [["separate_git_dir", "bare"], ["accept_hostkey", "accept_newhostkey"]]),
        ModuleSpec(
            name: "iptables",
            parameters: [
                optional("table", .choice(["filter", "nat", "mangle", "raw", "security"])), present,
                optional("action", .choice(["append", "insert"])), optional("ip_version", .choice(["ipv4", "ipv6"])),
                optional("chain", .text), optional("rule_num", .text), optional("wait", .text),
                optional("match", .list), optional("tcp_flags", .dictionary), optional("destination_ports", .list),
                optional("ctstate", .list), optional("flush", .flag), optional("chain_management", .flag),
                optional("policy", .choice(["ACCEPT", "DROP", "QUEUE", "RETURN"])),
                optional("syn", .choice(["ignore", "match", "negate"])),
                optional("match_set_flags", .choice(["src", "dst", "src,dst", "dst,src"])),
                optional("log_level", .text),
            ]
                + [
                    "protocol", "source", "to_source", "destination", "to_destination", "jump", "gateway", "log_prefix",
                    "goto", "in_interface", "out_interface", "fragment", "set_counters", "source_port",
                    "destination_port", "to_ports", "set_dscp_mark", "set_dscp_mark_class", "comment", "src_range",
                    "dst_range", "match_set", "limit", "limit_burst", "uid_owner", "gid_owner", "reject_with",
                    "icmp_type",
                ].map { optional($0, .text) },
            alternatives: [["set_dscp_mark", "set_dscp_mark_class"], ["flush", "policy"]]),
        ModuleSpec(
            name: "ufw",
            parameters: [
                optional("state", .choice(["enabled", "disabled", "reloaded", "reset"])),
                optional("default", .choice(["allow", "deny", "reject"]), "policy"),
                optional("logging", .choice(["full", "high", "low", "medium", "off", "on"])),
                optional("direction", .choice(["in", "incoming", "out", "outgoing", "routed"])),
                optional("delete", .flag), optional("route", .flag), optional("insert", .integer),
                optional(
                    "insert_relative_to", .choice(["zero", "first-ipv4", "last-ipv4", "first-ipv6", "last-ipv6"])),
                optional("rule", .choice(["allow", "deny", "limit", "reject"])), optional("interface", .text, "if"),
                optional("interface_in", .text, "if_in"), optional("interface_out", .text, "if_out"),
                optional("log", .flag), optional("from_ip", .text, "from", "src"), optional("from_port", .text),
                optional("to_ip", .text, "dest", "to"), optional("to_port", .text, "port"),
                optional("proto", .choice(["ah", "any", "esp", "ipv6", "tcp", "udp", "gre", "igmp"]), "protocol"),
                optional("name", .text, "app"), optional("comment", .text),
            ],
            alternatives: [
                ["name", "proto", "logging"], ["direction", "interface_in"], ["direction", "interface_out"],
            ]),
        ModuleSpec(
            name: "timezone",
            parameters: [optional("name", .text), optional("hwclock", .choice(["local", "UTC"]), "rtc")]),
        ModuleSpec(name: "locale_gen", parameters: [required("name", .text), present]),
    ]
}
