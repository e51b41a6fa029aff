import Foundation

/// One machine of the proof and the tool that carries playbooks out on it.
struct ProofSide: Sendable {
    enum Tool: String, Sendable {
        case peer = "ansible-playbook"
        case ours = "clusterfile play"
    }

    struct Run: Sendable {
        var result: CommandResult
        var seconds: Double
        var recap: Recap { Recap(output: result.output) }
    }

    static let address = "192.168.150.11"
    static let snapshot = "start"

    let tool: Tool
    /// The cluster's name, of the first one or of a fork of it.
    let name: String
    /// What stands before a command so that it runs where the machine can be reached.
    let inside: [String]
    let machines: ProofMachines

    private var folder: URL { machines.cluster.folder.appendingPathComponent(name) }

    /// Takes the machine back to the start, and gives an empty folder for what a playbook writes beside its user.
    func restore() async throws -> URL {
        try await machines.cluster.output("snapshot", "restore", "-c", name, Self.snapshot, "--yes")
        try? FileManager.default.removeItem(at: folder)
        let controller = folder.appendingPathComponent("controller")
        try FileManager.default.createDirectory(at: controller, withIntermediateDirectories: true)
        return controller
    }

    /// Ends the connections that the peer keeps for a minute; they would hold a fork's network.
    func endConnections() async throws {
        guard inside.starts(with: ["ip", "netns"]) else { return }
        try await Command.output(["sh", "-c", "ip netns pids \(inside[3]) | xargs -r kill"])
    }

    func run(_ playbook: CorpusPlaybook, controllerFolder: URL) async throws -> Run {
        let start = ContinuousClock.now
        let program = tool == .peer ? ["ansible-playbook"] : ["clusterfile", "play"]
        let result = try await Command.run(
            inside + program + [
                "-i", CorpusPlaybook.folder.appendingPathComponent("inventories/\(playbook.inventory).yml").path,
                "-i", machines.connections.path, "-u", "root", "-e", "controller_folder=\(controllerFolder.path)",
            ] + playbook.arguments + [playbook.file.path],
            environment: environment, folder: controllerFolder, deadline: 900)
        return Run(result: result, seconds: (ContinuousClock.now - start) / .seconds(1))
    }

    private var environment: [String: String] {
        machines.cluster.environment.merging([
            "ANSIBLE_PIPELINING": "1", "ANSIBLE_HOME": folder.appendingPathComponent("home").path,
            // A connection that is kept does not outlive the machine's way back.
            "ANSIBLE_SSH_CONTROL_PATH_DIR": folder.appendingPathComponent("ssh").path, "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_CONFIG": CorpusPlaybook.folder.appendingPathComponent("ansible.cfg").path,
        ]) { $1 }
    }

    func look(controllerFolder: URL) async throws -> MachineState {
        try MachineState(
            look: try await ssh("machine-state look \(machines.moment)"), controllerFolder: controllerFolder)
    }

    func describe(_ paths: Set<String>) async throws -> String {
        try await ssh("machine-state describe", input: paths.sorted().joined(separator: "\0"))
    }

    /// The text of a file, for who is told that it differs.
    func text(of path: String) async throws -> String { try await ssh("head -c 20000 '\(path)' | cat -v") }

    private func ssh(_ commandLine: String, input: String? = nil) async throws -> String {
        try await Command.output(
            inside + ["ssh", "-F", machines.sshConfiguration.path, "root@" + Self.address, commandLine], input: input)
    }
}
