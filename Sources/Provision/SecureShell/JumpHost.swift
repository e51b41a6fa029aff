/// A host through whose SSH server others are reached, as OpenSSH's client is told of it; its configuration and keys are this user's
/// own.
package struct JumpHost: Hashable, Sendable {
    /// `ssh://root@host:22`.
    package var destination: String
    /// OpenSSH's client, or what stands for it.
    package var program: String
    /// A private key in place of the user's own ones.
    package var keyFile: String?
    package var checksHostKey: Bool

    package init(destination: String, program: String = "ssh", keyFile: String? = nil, checksHostKey: Bool = true) {
        self.destination = destination
        self.program = program
        self.keyFile = keyFile
        self.checksHostKey = checksHostKey
    }

    /// Whether OpenSSH's client needs nothing but the destination.
    private var isPlain: Bool { self == JumpHost(destination: destination) }

    /// The client's arguments that make it carry bytes to `place`, `HOST:PORT`.
    func arguments(to place: String) -> [String] {
        var arguments = [program, "-o", "BatchMode=yes"]
        if let keyFile { arguments += ["-i", keyFile, "-o", "IdentitiesOnly=yes"] }
        if !checksHostKey {
            arguments += [
                "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
            ]
        }
        return arguments + ["-W", place, destination]
    }

    /// The line of ssh_config(5) that leads through it.
    package var configuration: (keyword: String, value: String) {
        if isPlain { return ("ProxyJump", destination) }
        let words = arguments(to: "%h:%p").map { word in
            word.contains(where: { " '\"\\$`".contains($0) }) ? "'" + word.replacing("'", with: "'\\''") + "'" : word
        }
        return ("ProxyCommand", words.joined(separator: " "))
    }
}
