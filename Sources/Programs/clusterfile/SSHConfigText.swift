import Credentials
import PlanExecution

/// The options with which OpenSSH's client reaches a machine, see ssh_config(5).
enum SSHConfigText {
    static func options(of machine: ObservedCluster.Machine, _ credentials: CredentialStore) -> [(String, String)] {
        [
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
    }

    private static func quoted(_ path: String) -> String { path.contains(" ") ? "\"\(path)\"" : path }
}
