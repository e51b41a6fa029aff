// Modules about files and what is in them.
extension ModuleSpec {
    static let fileSpecs: [ModuleSpec] = [
        ModuleSpec(
            name: "blockinfile",
            parameters: [
                required("path", .path, "dest", "destfile", "name"), present, optional("marker", .text),
                optional("block", .text, "content"), optional("insertafter", .text), optional("insertbefore", .text),
                optional("create", .flag), optional("backup", .flag), optional("validate", .text),
                optional("marker_begin", .text), optional("marker_end", .text),
            ] + attributes,
            alternatives: [["insertbefore", "insertafter"]]),
        ModuleSpec(
            name: "replace",
            parameters: [
                required("path", .path, "dest", "destfile", "name"), required("regexp", .text),
                optional("replace", .text), optional("after", .text), optional("before", .text),
                optional("backup", .flag), optional("validate", .text), optional("encoding", .text),
            ] + attributes),
        ModuleSpec(
            name: "assemble",
            parameters: [
                required("src", .path), required("dest", .path), optional("delimiter", .text),
                optional("backup", .flag), optional("remote_src", .flag), optional("regexp", .text),
                optional("ignore_hidden", .flag), optional("validate", .text), optional("decrypt", .flag),
            ] + attributes,
            controllerFile: "src", takesFolders: true),
        ModuleSpec(
            name: "find",
            parameters: [
                required("paths", .list, "name", "path"), optional("patterns", .list, "pattern"),
                optional("excludes", .list, "exclude"), optional("contains", .text),
                optional("read_whole_file", .flag),
                optional("file_type", .choice(["any", "directory", "file", "link"])), optional("age", .text),
                optional("age_stamp", .choice(["atime", "ctime", "mtime"])), optional("size", .text),
                optional("recurse", .flag), optional("hidden", .flag), optional("follow", .flag),
                optional("get_checksum", .flag), optional("use_regex", .flag), optional("depth", .integer),
            ]),
        ModuleSpec(name: "slurp", parameters: [required("src", .path, "path")]),
        ModuleSpec(
            name: "tempfile",
            parameters: [
                optional("state", .choice(["file", "directory"])), optional("path", .path), optional("prefix", .text),
                optional("suffix", .text),
            ]),
        ModuleSpec(
            name: "unarchive",
            parameters: [
                required("src", .path), required("dest", .path), optional("remote_src", .flag),
                optional("creates", .path), optional("list_files", .flag), optional("keep_newer", .flag),
                optional("exclude", .list), optional("include", .list), optional("extra_opts", .list),
                optional("validate_certs", .flag), optional("io_buffer_size", .integer), optional("copy", .flag),
                optional("decrypt", .flag),
            ] + attributes,
            controllerFile: "src", alternatives: [["include", "exclude"], ["copy", "remote_src"]]),
        ModuleSpec(
            name: "authorized_key",
            parameters: [
                required("user", .text), required("key", .text), optional("path", .path),
                optional("manage_dir", .flag), present, optional("key_options", .text), optional("exclusive", .flag),
                optional("comment", .text), optional("validate_certs", .flag), optional("follow", .flag),
            ]),
        ModuleSpec(
            name: "known_hosts",
            parameters: [
                required("name", .text, "host"), optional("key", .text), optional("path", .path),
                optional("hash_host", .flag), present,
            ]),
        ModuleSpec(
            name: "getent",
            parameters: [
                required("database", .text), optional("key", .text), optional("service", .text),
                optional("split", .text), optional("fail_key", .flag),
            ]),
        ModuleSpec(
            name: "cron",
            parameters: [
                required("name", .text), optional("user", .text), optional("job", .text, "value"),
                optional("cron_file", .path), present, optional("backup", .flag), optional("minute", .text),
                optional("hour", .text), optional("day", .text, "dom"), optional("month", .text),
                optional("weekday", .text, "dow"),
                optional(
                    "special_time",
                    .choice(["reboot", "yearly", "annually", "monthly", "weekly", "daily", "hourly"])),
                optional("disabled", .flag), optional("env", .flag), optional("insertafter", .text),
                optional("insertbefore", .text),
            ],
            alternatives: [["insertafter", "insertbefore"]]),
    ]
}
