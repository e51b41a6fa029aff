// Modules about packages and where they come from.
extension ModuleSpec {
    private static let cacheRefresh = [
        optional("update_cache", .flag, "update-cache"), optional("update_cache_retries", .integer),
        optional("update_cache_retry_max_delay", .integer),
    ]

    private static let apt = ModuleSpec(
        name: "apt",
        parameters: cacheRefresh + [
            optional("state", .choice(["absent", "build-dep", "fixed", "latest", "present"])),
            optional("cache_valid_time", .integer), optional("purge", .flag),
            optional("name", .list, "package", "pkg"), optional("deb", .path),
            optional("default_release", .text, "default-release"),
            optional("install_recommends", .flag, "install-recommends"), optional("force", .flag),
            optional("upgrade", .choice(["dist", "full", "no", "safe", "yes"])), optional("dpkg_options", .text),
            optional("autoremove", .flag), optional("autoclean", .flag), optional("fail_on_autoremove", .flag),
            optional("policy_rc_d", .integer), optional("only_upgrade", .flag), optional("force_apt_get", .flag),
            optional("clean", .flag), optional("allow_unauthenticated", .flag, "allow-unauthenticated"),
            optional("allow_downgrade", .flag, "allow-downgrade", "allow_downgrades", "allow-downgrades"),
            optional("allow_change_held_packages", .flag), optional("lock_timeout", .integer),
        ],
        alternatives: [["deb", "name"], ["deb", "upgrade"], ["name", "upgrade"]])

    private static let dnf = ModuleSpec(
        name: "dnf",
        parameters: [
            optional("name", .list, "pkg"),
            optional("state", .choice(["absent", "present", "installed", "removed", "latest"])),
            optional("enablerepo", .list), optional("disablerepo", .list), optional("exclude", .list),
            optional("conf_file", .path), optional("disable_gpg_check", .flag), optional("installroot", .path),
            optional("releasever", .text), optional("autoremove", .flag), optional("install_weak_deps", .flag),
            optional("nobest", .flag), optional("skip_broken", .flag), optional("allow_downgrade", .flag),
            optional("allowerasing", .flag), optional("update_cache", .flag, "expire-cache"),
            optional("update_only", .flag), optional("cacheonly", .flag), optional("security", .flag),
            optional("bugfix", .flag), optional("download_only", .flag), optional("sslverify", .flag),
        ])

    static let packageSpecs: [ModuleSpec] = [
        apt, dnf, ModuleSpec(name: "yum", parameters: dnf.parameters),
        ModuleSpec(
            name: "package",
            parameters: [
                required("name", .list), required("state", .text), optional("use", .text),
                optional("update_cache", .flag), optional("cache_valid_time", .integer), optional("purge", .flag),
                optional("autoremove", .flag), optional("install_recommends", .flag),
            ]),
        ModuleSpec(
            name: "apt_repository",
            parameters: cacheRefresh + [
                required("repo", .text), present, optional("mode", .mode), optional("filename", .text),
                optional("codename", .text), optional("validate_certs", .flag),
            ]),
        ModuleSpec(
            name: "apt_key",
            parameters: [
                optional("id", .text), optional("url", .text), optional("data", .text), optional("file", .path),
                optional("keyring", .path), optional("keyserver", .text), optional("validate_certs", .flag), present,
            ],
            alternatives: [["data", "file", "keyserver", "url"]]),
        ModuleSpec(
            name: "debconf",
            parameters: [
                required("name", .text, "pkg"), optional("question", .text, "selection", "setting"),
                optional(
                    "vtype",
                    .choice([
                        "boolean", "error", "multiselect", "note", "password", "seen", "select", "string", "text",
                        "title",
                    ])),
                optional("value", .text, "answer"), optional("unseen", .flag),
            ]),
        ModuleSpec(
            name: "package_facts",
            parameters: [
                optional("manager", .list),
                optional("strategy", .choice(["first", "all"])),
            ]),
    ]
}
