import ArgumentParser
import Diagnostics
import Linux
import PlanExecution
import SecureShell

/// Logs in to a machine with the cluster's key, checking its host key strictly.
struct SSH: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ssh", abstract: "Log in to a machine, or run a command in it.",
        discussion: """
            Options stand before the machine's name: what comes after it is the command's.

            Example: clusterfile ssh kube-master1 -- kubectl get nodes
            """)

    @OptionGroup var cluster: ClusterOptions
    @Argument(help: "The machine's name.", completion: .machines)
    var machine: String
    @Argument(parsing: .captureForPassthrough, help: "A command and its arguments; without one, a login shell.")
    var command: [String] = []

    func run() async throws {
        let observed = try await cluster.observed()
        let machine = try observed.machine(named: machine)
        let credentials = try cluster.credentials()
        try observed.requireKeys(for: .login, in: credentials)
        try machine.requireRunning()
        if case .namespace(let path) = machine.route { try NetworkNamespace.enter(path: path) }
        let arguments =
            ["ssh"] + SSHConfigText.options(of: machine, credentials).flatMap { ["-o", "\($0.0)=\($0.1)"] } + [
                machine.name
            ] + (command.first == "--" ? command.dropFirst() : command[...])
        throw Terminal.replaceProcess(arguments, package: "openssh-client")
    }
}

/// Prints a configuration for plain `ssh -F`, scp and rsync.
struct SSHConfig: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ssh-config", abstract: "Print an OpenSSH client configuration for the machines.",
        discussion: "Example: clusterfile ssh-config > cluster.ssh && ssh -F cluster.ssh kube-node1")

    @OptionGroup var cluster: ClusterOptions

    func run() async throws {
        let observed = try await cluster.observed()
        _ = try observed.machines(named: [])
        let credentials = try cluster.credentials()
        try observed.requireKeys(for: .login, in: credentials)
        Terminal.output(SSHConfigText.text(of: observed, credentials))
    }
}
