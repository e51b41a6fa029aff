import ArgumentParser
import Credentials
import Diagnostics
import Glibc
import Linux
import PlanExecution

/// Copies files and folders to, from and between machines.
struct CopyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cp", abstract: "Copy files and folders to, from and between machines.",
        discussion: """
            MACHINE:PATH is a path in a machine, relative to its user's home; folders are copied whole, with modes and times. \
            On a terminal the progress of each file is shown. OpenSSH's scp does the work.

            Example: clusterfile cp ./site kube-node1:/srv/site
            """)

    @OptionGroup var cluster: ClusterOptions
    @Argument(help: "What to copy, and last where to; MACHINE:PATH on either side.", completion: .machinesAndFiles)
    var paths: [String]

    func validate() throws {
        guard paths.count >= 2 else { throw ValidationError("name what to copy and where to") }
    }

    func run() async throws {
        let observed = try await cluster.observed()
        let credentials = try cluster.credentials()
        let names = paths.compactMap(Self.machine)
        guard !names.isEmpty else {
            throw Diagnosis(
                "none of these paths is in a machine",
                fix: "write MACHINE:PATH for one that is, or use cp for this host's")
        }
        for machine in try observed.machines(named: names) { try machine.requireRunning() }
        try observed.requireKeys(for: .login, in: credentials)
        let configuration = credentials.folder + "/ssh/config"
        try AtomicFile.write(
            Array(SSHConfigText.text(of: observed, credentials).utf8), to: configuration, mode: 0o600,
            durability: .process)
        let arguments = ["scp", "-F", configuration, "-r", "-p", "-3"] + paths
        throw Terminal.replaceProcess(arguments, package: "openssh-client")
    }

    /// The machine of `MACHINE:PATH`; what has a slash before its colon is a path of this host, as scp sees it.
    static func machine(_ path: String) -> String? {
        guard let colon = path.firstIndex(of: ":"), colon != path.startIndex else { return nil }
        let name = path[..<colon]
        return name.contains("/") ? nil : String(name)
    }
}
