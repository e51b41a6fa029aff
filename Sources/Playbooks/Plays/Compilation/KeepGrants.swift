internal import Bundles
internal import JSON
internal import Synchronization
internal import Templates

/// What machines may have kept for a run because the playbook says it: what no task of it asks for is not kept, and a machine may
/// not choose what the controller runs or reads to reach a host that is added.
final class KeepGrants: Sendable {
    private struct Setting: Hashable {
        var host: String
        var name: String
        var value: JSON
    }

    private struct State {
        var modules: Set<String> = []
        var settings: Set<Setting> = []
    }

    private let state = Mutex(State())

    /// Variables that say what runs on the controller, or what it reads, for a connection.
    private static let reaching: Set<String> = [
        "ansible_connection", "ansible_ssh_executable", "ansible_ssh_args", "ansible_ssh_common_args",
        "ansible_ssh_extra_args", "ansible_ssh_private_key_file", "ansible_private_key_file",
        "ansible_host_key_checking", "ansible_ssh_host_key_checking",
    ]

    /// Whether tasks add hosts or groups to the inventory, as far as they are known.
    var growsInventory: Bool {
        state.withLock { !$0.modules.isDisjoint(with: ModuleSpec.growing) }
    }

    /// Notes that a task is there.
    func note(_ module: String) {
        guard ModuleSpec.named(module)?.isKept ?? false else { return }
        state.withLock { _ = $0.modules.insert(module) }
    }

    /// Allows a machine what a task says of reaching hosts among each of these variables; what is not known yet is not allowed.
    func note(_ task: PlayTask, for host: String, among scopes: () -> [Variables]) {
        note(task.module)
        let said = task.arguments.members.filter { Self.reaching.contains($0.key) }
        guard task.module == "add_host", !said.isEmpty else { return }
        for scope in scopes() {
            for (name, source) in said.map({ ($0.key, $0.value) }) {
                // What needs facts or results fails here.
                guard let value = try? scope.render(source) else { continue }
                state.withLock { _ = $0.settings.insert(Setting(host: host, name: name, value: value)) }
            }
        }
    }

    /// Refuses what the playbook does not say. Whoever speaks for the controller itself may choose how others are reached.
    func require(_ module: String, _ arguments: JSONObject, of host: String, isLocal: Bool) throws(PlayError) {
        let state = state.withLock { $0 }
        guard state.modules.contains(module) else { throw .keptUnasked(module: module) }
        guard ModuleSpec.growing.contains(module) else { return }
        guard !Self.hasTemplate(.object(arguments)) else { throw .templateOfMachine(module: module) }
        if isLocal { return }
        for (name, value) in arguments where Self.reaching.contains(name) {
            guard state.settings.contains(Setting(host: host, name: name, value: value)) else {
                throw .reachChosenByMachine(name)
            }
        }
    }

    private static func hasTemplate(_ value: JSON) -> Bool {
        switch value {
        case .string(let text): Template.isTemplate(text)
        case .array(let elements): elements.contains(where: hasTemplate)
        case .object(let members): members.contains { Template.isTemplate($0.key) || hasTemplate($0.value) }
        default: false
        }
    }
}
