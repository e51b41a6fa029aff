package import Diagnostics

/// What can go wrong between this program and a machine's SSH server; no case carries a secret.
package enum SecureShellError: Error, Hashable, Sendable {
    /// No SSH server answers at the address; `reason` is the system's.
    case unreachable(address: String, port: UInt16, reason: String)
    /// Something answers, but the connection could not be set up or broke.
    case connectionFailed(address: String, reason: String)
    /// The server is not the machine that it should be; both are SHA256 fingerprints.
    case hostKeyMismatch(address: String, expected: String, offered: String)
    /// The server does not let this user in with this key.
    case authenticationRefused(user: String, address: String)
    /// The text or file given as private key is none that libssh can read.
    case unreadablePrivateKey(source: String)
    /// A line that is not an OpenSSH public key.
    case malformedPublicKey
    /// The server would not start a command.
    case commandNotStarted(command: String, reason: String)
    /// The connection or the command's channel ended before the answer was complete.
    case channelClosed(during: String)
    /// A file on the machine could not be read or written; `status` is SFTP's.
    case fileOperationFailed(action: String, path: String, status: FileStatus)
    /// A port of this host that cannot be listened on.
    case cannotListen(port: UInt16, reason: String)
    /// A wait ended before what it waited for happened.
    case timedOut(during: String, address: String)
    /// The system has no resources for another session.
    case noResources(reason: String)

    /// What an SFTP server answers (draft-ietf-secsh-filexfer-02, section 7).
    package enum FileStatus: String, Hashable, Sendable {
        case noSuchFile = "there is no such file"
        case permissionDenied = "permission denied"
        case failure = "the server failed to do it; often its disk is full or a parent is no folder"
        case unsupported = "the server cannot do that"
    }
}

extension SecureShellError: Diagnosable {
    /// The error as a person reads it.
    package var diagnosis: Diagnosis {
        switch self {
        case .unreachable(let address, let port, let reason):
            Diagnosis(
                "no SSH server answers at \(address) port \(port)", why: reason,
                fix: "check with `clusterfile status` that the machine runs, and see its console")
        case .connectionFailed(let address, let reason):
            Diagnosis(
                "the SSH connection to \(address) failed", why: reason,
                fix: "run the command again; if it fails again, see the machine's journal: `journalctl -u ssh`")
        case .hostKeyMismatch(let address, let expected, let offered):
            Diagnosis(
                "\(address) is not the machine it should be",
                why: "its SSH host key is \(offered) and should be \(expected)",
                fix: "find out who answers at \(address); if the machine's own key was replaced, recreate the machine")
        case .authenticationRefused(let user, let address):
            Diagnosis(
                "\(address) refuses the user '\(user)'", why: "it does not accept the cluster's SSH key",
                fix: "check the user's ~/.ssh/authorized_keys on the machine's console, or recreate the machine")
        case .unreadablePrivateKey(let source):
            Diagnosis(
                "cannot read the private key from \(source)",
                why: "it is missing, encrypted or not an OpenSSH or PEM private key",
                fix: "check the file, or let `clusterfile up` make the cluster's keys anew")
        case .malformedPublicKey:
            Diagnosis(
                "a public key is malformed", why: "it is not a line as OpenSSH writes them: algorithm, then base64",
                fix: "check the `.pub` file, or make it anew with `ssh-keygen -y -f PRIVATE_KEY`")
        case .commandNotStarted(let command, let reason):
            Diagnosis(
                "the machine did not start `\(command)`", why: reason,
                fix: "see the machine's journal: `journalctl -u ssh`")
        case .channelClosed(let activity):
            Diagnosis(
                "the SSH connection ended during \(activity)", why: "the machine stopped or closed it",
                fix: "check with `clusterfile status` that the machine runs, and run the command again")
        case .fileOperationFailed(let action, let path, let status):
            Diagnosis(
                "cannot \(action) \(path) on the machine", why: status.rawValue,
                fix: "check the path, its owner and the free space on the machine")
        case .cannotListen(let port, let reason):
            Diagnosis("cannot listen on local port \(port)", why: reason, fix: "choose another port")
        case .timedOut(let activity, let address):
            Diagnosis(
                "gave up on \(address) during \(activity)", why: "it took longer than allowed",
                fix: "see the machine's console; a machine without KVM that starts beside others can be slow")
        case .noResources(let reason):
            Diagnosis(
                "cannot open another SSH session", why: reason,
                fix: "raise the limit of open files (`ulimit -n`) or free memory")
        }
    }
}
