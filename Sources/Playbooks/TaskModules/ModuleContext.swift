internal import Bundles
internal import JSON

/// What a module may know and use while it does one task.
struct ModuleContext {
    var module: String
    /// Rendered, under their first names, of the right kinds.
    var arguments: JSONObject
    let files: [String: FileReference]
    var environment: [String: String]
    let digests: FileDigests
    /// Gives a file of the controller piece by piece; verified against its digest.
    let fetch: (FileReference, (_ piece: [UInt8]) throws -> Void) throws -> Void
    /// Renders a template's text with the task's variables.
    let render: (_ text: String, _ name: String, _ arguments: JSONObject) throws -> String
    /// The value of a variable or an expression.
    let evaluate: (JSON) throws -> JSON
    let holds: (JSON) throws -> Bool
    /// Throws where the controller is gone: what only waits then ends.
    var checkpoint: () throws -> Void
    /// Sends what is still unsent, before something slow.
    let flush: () -> Void
    /// The variables of files of the controller.
    let readVariables: (JSONObject) throws -> JSONObject
    /// Asks the controller and waits for what it says.
    var ask: (Ask) throws -> JSON = { _ in throw TaskFailure.said("there is no controller to ask") }
    /// Has the controller keep what the task says for the run, and gives what comes of that.
    var keep: (JSONObject) throws -> JSON = { _ in throw TaskFailure.said("there is no run to keep it for") }
    /// Gives the controller a piece of a file that it wants.
    var sendContent: ([UInt8]) throws -> Void = { _ in }
    /// The task's name, where somebody is shown it.
    var taskName = ""
    /// Whether only what would change is asked for; what a proposal would apply is then left undone.
    var isCheckMode = false
    /// Whether anything may look at the result: what is dear to find out is left out of one that nobody sees.
    var isObserved = true

    func text(_ name: String) -> String? { arguments[name]?.string }
    func flag(_ name: String, default fallback: Bool = false) -> Bool { arguments[name]?.bool ?? fallback }
    func integer(_ name: String) -> Int? { arguments[name]?.integer }
    func texts(_ name: String) -> [String]? { arguments[name]?.array?.map { $0.string ?? $0.text } }

    func required(_ name: String) throws -> String {
        guard let text = text(name), !text.isEmpty else {
            throw TaskFailure.badArguments(module: module, reason: "'\(name)' is empty")
        }
        return text
    }

    /// A path on this machine, with `~` for a home folder; nil where it is not given or empty.
    func path(_ name: String) throws -> String? {
        guard let text = text(name), !text.isEmpty else { return nil }
        return try HomeFolder.expanding(text, environment["HOME"])
    }

    func requiredPath(_ name: String) throws -> String {
        guard let path = try path(name) else {
            throw TaskFailure.badArguments(module: module, reason: "'\(name)' is empty")
        }
        return path
    }

    /// Runs a helper program with the task's environment; its words are those of the C locale.
    func run(
        _ arguments: [String], in directory: String? = nil, environment more: [String: String] = [:],
        input: [UInt8] = []
    ) throws -> Spawn.Result {
        flush()
        let all = environment.merging(["LC_ALL": "C.UTF-8"]) { $1 }.merging(more) { $1 }
        return try Spawn(arguments: arguments, directory: directory, environment: all, input: input).run()
    }

    /// Runs a helper program that must succeed.
    @discardableResult
    func spawn(
        _ arguments: [String], in directory: String? = nil, environment more: [String: String] = [:],
        input: [UInt8] = []
    ) throws -> Spawn.Result {
        try run(arguments, in: directory, environment: more, input: input).checked(arguments)
    }
}

/// What a module found and would do: checked first, then applied.
struct Proposal {
    /// What `register` gets, besides `changed`.
    var result: JSONObject
    var differences: [TaskEvent.Difference] = []
    /// Brings the change about and gives more members of the result; nil where nothing is to do.
    var apply: (() throws -> JSONObject)?
    /// Whether the module leaves it open until `apply` whether anything changed.
    var message: String?

    init(
        _ result: JSONObject = JSONObject(), differences: [TaskEvent.Difference] = [], message: String? = nil,
        apply: (() throws -> JSONObject)? = nil
    ) {
        self.result = result
        self.differences = differences
        self.message = message
        self.apply = apply
    }

    /// The module leaves the task undone, and says why.
    static func skipped(_ reason: String) -> Proposal {
        Proposal(["skipped": true, "changed": false, "msg": .string(reason)], message: reason)
    }
}

/// Every module's code by its name.
enum ModuleTable {
    static let all: [String: @Sendable (ModuleContext) throws -> Proposal] = [
        "file": FileModule.propose, "copy": CopyModule.propose, "template": TemplateModule.propose,
        "script": ScriptModule.propose, "raw": ScriptModule.proposeRaw, "fetch": FetchFileModule.propose,
        "pause": PauseModule.propose, "wait_for_connection": SmallModules.waitForConnection,
        "command": CommandModule.propose, "shell": CommandModule.propose, "systemd": SystemdModule.propose,
        "user": UserModule.propose, "group": GroupModule.propose, "lineinfile": LineInFileModule.propose,
        "sysctl": SysctlModule.propose, "modprobe": ModprobeModule.propose, "wait_for": WaitForModule.propose,
        "async_status": AsyncStatusModule.propose, "stat": StatModule.propose, "hostname": HostnameModule.propose,
        "debug": SmallModules.debug,
        "set_fact": SmallModules.setFact, "assert": SmallModules.assert, "fail": SmallModules.fail,
        "ping": SmallModules.ping, "gather_facts": SetupModule.propose, "setup": SetupModule.propose,
        "include_vars": SmallModules.includeVariables, "filesystem": FilesystemModule.propose,
        "mount": MountModule.propose,
        "blockinfile": BlockInFileModule.propose, "replace": ReplaceModule.propose,
        "assemble": AssembleModule.propose, "find": FindModule.propose, "slurp": SlurpModule.propose,
        "tempfile": TempFileModule.propose, "authorized_key": AuthorizedKeyModule.propose,
        "known_hosts": KnownHostsModule.propose, "getent": GetentModule.propose, "cron": CronModule.propose,
        "unarchive": UnarchiveModule.propose, "get_url": GetURLModule.propose, "uri": URIModule.propose,
        "apt": AptModule.propose, "apt_repository": AptRepositoryModule.propose, "apt_key": AptKeyModule.propose,
        "debconf": DebconfModule.propose, "dnf": DnfModule.propose, "yum": DnfModule.propose,
        "iptables": IptablesModule.propose, "ufw": UfwModule.propose, "timezone": TimezoneModule.propose,
        "locale_gen": LocaleGenModule.propose, "service_facts": ServiceFactsModule.propose,
        "service": SystemdModule.propose, "git": GitModule.propose,
        "openssl_privatekey": PrivateKeyModule.propose, "openssl_csr": CertificateRequestModule.propose,
        "x509_certificate": CertificateModule.propose,
        "group_by": RunModules.propose, "add_host": RunModules.propose, "set_stats": RunModules.propose,
        "package": PackageModule.propose, "package_facts": PackageFactsModule.propose,
    ]
}
