internal import Bundles
internal import JSON

/// What a module may know and use while it does one task.
struct ModuleContext {
    let module: String
    /// Rendered, under their first names, of the right kinds.
    let arguments: JSONObject
    let files: [String: FileReference]
    let environment: [String: String]
    let digests: FileDigests
    /// Gives a file of the controller piece by piece; verified against its digest.
    let fetch: (FileReference, (_ piece: [UInt8]) throws -> Void) throws -> Void
    /// Renders a template's text with the task's variables.
    let render: (_ text: String, _ name: String, _ lstripBlocks: Bool) throws -> String
    /// The value of a variable or an expression.
    let evaluate: (JSON) throws -> JSON
    let holds: (JSON) throws -> Bool
    /// Throws where the controller is gone: what only waits then ends.
    let checkpoint: () throws -> Void
    /// Sends what is still unsent, before something slow.
    let flush: () -> Void
    /// The variables of files of the controller.
    let readVariables: (JSONObject) throws -> JSONObject

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

    func spawn(_ arguments: [String]) throws -> Spawn.Result {
        flush()
        return try Spawn.check(arguments)
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
}

/// Every module's code by its name.
enum ModuleTable {
    static let all: [String: @Sendable (ModuleContext) throws -> Proposal] = [
        "file": FileModule.propose, "copy": CopyModule.propose, "template": TemplateModule.propose,
        "command": CommandModule.propose, "shell": CommandModule.propose, "systemd": SystemdModule.propose,
        "user": UserModule.propose, "group": GroupModule.propose, "lineinfile": LineInFileModule.propose,
        "sysctl": SysctlModule.propose, "modprobe": ModprobeModule.propose, "wait_for": WaitForModule.propose,
        "stat": StatModule.propose, "hostname": HostnameModule.propose, "debug": SmallModules.debug,
        "set_fact": SmallModules.setFact, "assert": SmallModules.assert, "fail": SmallModules.fail,
        "ping": SmallModules.ping, "gather_facts": SetupModule.propose, "setup": SetupModule.propose,
        "include_vars": SmallModules.includeVariables, "filesystem": FilesystemModule.propose,
        "mount": MountModule.propose,
    ]
}
