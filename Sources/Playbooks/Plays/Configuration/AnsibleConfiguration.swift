package import Diagnostics

/// What `ansible.cfg` and Ansible's environment variables say of running playbooks; the environment wins.
package struct AnsibleConfiguration: Hashable, Sendable {
    /// Which plays gather facts that do not say so themselves.
    package enum Gathering: String, Hashable, Sendable, CaseIterable {
        case implicit, explicit, smart
    }

    package enum Strategy: String, Hashable, Sendable, CaseIterable {
        case linear, free
    }

    /// What a play's host pattern is that fits nothing in the inventory.
    package enum HostPatternMismatch: String, Hashable, Sendable, CaseIterable {
        case warning, error, ignore
    }

    /// Whether output is coloured, whatever it goes to.
    package enum Colour: Hashable, Sendable {
        case onTerminals, always, never
    }

    /// The file it was read from; nil where there is none.
    package var file: String?
    package var rolesPaths: [String] = []
    package var inventories: [String] = []
    package var forks = 5
    package var checksHostKeys = true
    package var remoteUser: String?
    package var remotePort: Int?
    package var privateKeyFile: String?
    package var connectTimeoutSeconds = 10
    /// Arguments of OpenSSH's client, in place of those that keep connections; empty where it has none.
    package var sshArguments: String?
    /// Where connections are kept.
    package var controlFolder: String?
    package var becomes = false
    package var becomeUser = "root"
    package var asksBecomePassword = false
    package var vaultPasswordFile: String?
    package var vaultIDs: [String] = []
    package var asksVaultPassword = false
    package var gathering = Gathering.implicit
    package var gatherSubsets: [String]?
    package var gatherTimeoutSeconds: Int?
    package var factFolder: String?
    package var strategy = Strategy.linear
    /// An error where no `ansible.cfg` is read, as for a Clusterfile's playbooks.
    package var hostPatternMismatch = HostPatternMismatch.error
    package var forcesHandlers = false
    package var endsAtAnyError = false
    package var tags: [String] = []
    package var skippedTags: [String] = []
    package var alwaysShowsDifferences = false
    /// Whether what `set_stats` said is printed at the end.
    package var showsCustomStatistics = false
    package var verbosity = 0
    package var colour = Colour.onTerminals

    package init() {}

    /// Reads the first of `$ANSIBLE_CONFIG`, `ansible.cfg` in the folder (unless anybody may write there),
    /// `~/.ansible.cfg` and `/etc/ansible/ansible.cfg`; every value that cannot be is told at once.
    package init(folder: String, environment: [String: String]) throws(Diagnoses) {
        let reader = try ConfigurationReader(folder: folder, environment: environment)
        file = reader.path
        rolesPaths =
            reader.paths("defaults", "roles_path", "ANSIBLE_ROLES_PATH", separator: ":")
            ?? [reader.home + "/roles", "/usr/share/ansible/roles", "/etc/ansible/roles"]
        inventories =
            reader.paths("defaults", "inventory", "ANSIBLE_INVENTORY", separator: ",") ?? ["/etc/ansible/hosts"]
        forks = reader.integer("defaults", "forks", "ANSIBLE_FORKS", in: 1...10_000) ?? forks
        becomes = reader.flag("privilege_escalation", "become", "ANSIBLE_BECOME") ?? becomes
        becomeUser = reader.text("privilege_escalation", "become_user", "ANSIBLE_BECOME_USER") ?? becomeUser
        asksBecomePassword =
            reader.flag("privilege_escalation", "become_ask_pass", "ANSIBLE_BECOME_ASK_PASS") ?? asksBecomePassword
        readConnection(reader)
        readVault(reader)
        readPlays(reader)
        readOutput(reader)
        reader.refuse("privilege_escalation", "become_method", "ANSIBLE_BECOME_METHOD", all: ["sudo"])
        reader.refuse("defaults", "hash_behaviour", "ANSIBLE_HASH_BEHAVIOUR", all: ["replace"])
        reader.refuse("defaults", "jinja2_native", "ANSIBLE_JINJA2_NATIVE", all: ["false", "no", "0", "off"])
        try reader.throwIfAny()
    }

    private mutating func readConnection(_ reader: ConfigurationReader) {
        checksHostKeys = reader.flag("defaults", "host_key_checking", "ANSIBLE_HOST_KEY_CHECKING") ?? checksHostKeys
        remoteUser = reader.text("defaults", "remote_user", "ANSIBLE_REMOTE_USER")
        remotePort = reader.integer("defaults", "remote_port", "ANSIBLE_REMOTE_PORT", in: 1...65_535)
        privateKeyFile = reader.path("defaults", "private_key_file", "ANSIBLE_PRIVATE_KEY_FILE")
        connectTimeoutSeconds =
            reader.integer("defaults", "timeout", "ANSIBLE_TIMEOUT", in: 1...86_400) ?? connectTimeoutSeconds
        sshArguments = reader.line("ssh_connection", "ssh_args", "ANSIBLE_SSH_ARGS")
        controlFolder = reader.path("ssh_connection", "control_path_dir", "ANSIBLE_SSH_CONTROL_PATH_DIR")
    }

    private mutating func readVault(_ reader: ConfigurationReader) {
        vaultPasswordFile = reader.path("defaults", "vault_password_file", "ANSIBLE_VAULT_PASSWORD_FILE")
        vaultIDs = reader.list("defaults", "vault_identity_list", "ANSIBLE_VAULT_IDENTITY_LIST") ?? []
        asksVaultPassword = reader.flag("defaults", "ask_vault_pass", "ANSIBLE_ASK_VAULT_PASS") ?? false
    }

    private mutating func readPlays(_ reader: ConfigurationReader) {
        gathering = reader.choice("defaults", "gathering", "ANSIBLE_GATHERING") ?? gathering
        gatherSubsets = reader.list("defaults", "gather_subset", "ANSIBLE_GATHER_SUBSET")
        gatherTimeoutSeconds = reader.integer("defaults", "gather_timeout", "ANSIBLE_GATHER_TIMEOUT", in: 1...86_400)
        factFolder = reader.text("defaults", "fact_path", "ANSIBLE_FACT_PATH")
        strategy = reader.choice("defaults", "strategy", "ANSIBLE_STRATEGY") ?? strategy
        hostPatternMismatch =
            reader.choice("inventory", "host_pattern_mismatch", "ANSIBLE_HOST_PATTERN_MISMATCH") ?? .warning
        forcesHandlers = reader.flag("defaults", "force_handlers", "ANSIBLE_FORCE_HANDLERS") ?? false
        endsAtAnyError = reader.flag("defaults", "any_errors_fatal", "ANSIBLE_ANY_ERRORS_FATAL") ?? false
        tags = reader.list("tags", "run", "ANSIBLE_RUN_TAGS") ?? []
        skippedTags = reader.list("tags", "skip", "ANSIBLE_SKIP_TAGS") ?? []
    }

    private mutating func readOutput(_ reader: ConfigurationReader) {
        alwaysShowsDifferences = reader.flag("diff", "always", "ANSIBLE_DIFF_ALWAYS") ?? false
        showsCustomStatistics = reader.flag("defaults", "show_custom_stats", "ANSIBLE_SHOW_CUSTOM_STATS") ?? false
        verbosity = reader.integer("defaults", "verbosity", "ANSIBLE_VERBOSITY", in: 0...10) ?? 0
        if reader.flag("defaults", "nocolor", "ANSIBLE_NOCOLOR") == true || reader.isSet("NO_COLOR") { colour = .never }
        if reader.flag("defaults", "force_color", "ANSIBLE_FORCE_COLOR") == true { colour = .always }
    }
}
