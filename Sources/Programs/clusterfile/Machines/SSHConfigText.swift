import Credentials
import PlanExecution

/// The options with which OpenSSH's client reaches a machine, see ssh_config(5).
enum SSHConfigText {
    static func options(of machine: ObservedCluster.Machine, _ credentials: CredentialStore) -> [(String, String)] {
        var options = [
            ("HostName", machine.address),
            ("User", machine.user),
            ("IdentityFile", quoted(credentials.sshPrivateKeyPath)),
            ("IdentitiesOnly", "yes"),
            ("UserKnownHostsFile", quoted(credentials.knownHostsPath)),
            ("GlobalKnownHostsFile", "/dev/null"),
            // The file has the machines by name, and a name cannot be moved to another address.
            ("HostKeyAlias", machine.name),
            ("StrictHostKeyChecking", "yes"),
            ("PasswordAuthentication", "no"),
            ("LogLevel", "ERROR"),
        ]
        if case .jump(let host) = machine.route {
            options.append((host.configuration.keyword, host.configuration.value))
        }
        return options
    }

    /// A whole configuration, an entry a machine.
    static func text(of cluster: ObservedCluster, _ credentials: CredentialStore) -> String {
        cluster.machines.map { machine in
            "Host \(machine.name)\n" + options(of: machine, credentials).map { "    \($0.0) \($0.1)\n" }.joined()
        }.joined(separator: "\n")
    }

    private static func quoted(_ path: String) -> String { path.contains(" ") ? "\"\(path)\"" : path }
}
