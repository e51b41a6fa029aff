package import Diagnostics
internal import JSON
internal import Linux
internal import Templates

/// How a host is reached, by Ansible's variables of it and the command line's own words.
package struct ConnectionVariables: Hashable, Sendable {
    /// What the command line says for hosts whose variables say nothing.
    package struct Defaults: Hashable, Sendable {
        package var user: String?
        package var port: Int?
        package var keyFile: String?
        package var moreArguments: [String] = []
        /// Arguments of ssh in place of those that keep connections (`ssh_args`).
        package var ownArguments: [String]?
        /// Where connections are kept; nil where they are not.
        package var keptFolder: String?
        package var isLocal = false
        package var checksHostKeys = true
        package var connectTimeoutSeconds = 10
        package var becomePassword: String?

        package init() {}

        /// The words of a line such as `ansible_ssh_common_args`.
        package static func words(of line: String) throws(Diagnosis) -> [String] {
            do {
                return try ShellWords.split(line)
            } catch {
                throw Diagnosis("these arguments of ssh cannot be read: \(line)", why: "\(error)")
            }
        }
    }

    var address: String
    var user: String?
    var port: Int?
    var keyFile: String?
    /// Further arguments of OpenSSH's client.
    var moreArguments: [String] = []
    private var ownArguments: [String]?
    private let keptFolder: String?
    var program = "ssh"
    var isLocal: Bool
    var checksHostKeys: Bool
    var connectTimeoutSeconds: Int
    var becomePassword: String?

    /// Reads a host's variables, unrendered as the inventory has them.
    init(of host: String, _ layers: [JSONObject], _ defaults: Defaults) throws {
        let variables = Variables(layers: layers.map { .written($0) })
        func text(_ names: String...) throws -> String? {
            for name in names {
                guard let value = try variables.value(of: name), case .json(let json) = value, !json.isNull else {
                    continue
                }
                return json.pythonText
            }
            return nil
        }
        address = try text("ansible_host", "ansible_ssh_host") ?? host
        user = try text("ansible_user", "ansible_ssh_user") ?? defaults.user
        port = try text("ansible_port", "ansible_ssh_port").flatMap { Int($0) } ?? defaults.port
        keyFile = try text("ansible_ssh_private_key_file", "ansible_private_key_file") ?? defaults.keyFile
        for name in ["ansible_ssh_common_args", "ansible_ssh_extra_args"] {
            moreArguments += try text(name).map { try Defaults.words(of: $0) } ?? []
        }
        moreArguments += defaults.moreArguments
        ownArguments = try text("ansible_ssh_args").map { try Defaults.words(of: $0) } ?? defaults.ownArguments
        keptFolder = defaults.keptFolder
        program = try text("ansible_ssh_executable") ?? "ssh"
        let connection = try text("ansible_connection") ?? (defaults.isLocal ? "local" : "ssh")
        guard ["ssh", "smart", "paramiko", "paramiko_ssh", "local"].contains(connection) else {
            throw Diagnosis(
                "host '\(host)' wants the connection '\(connection)'",
                why: "hosts are reached over SSH, or are this one",
                fix: "take ansible_connection out, or make it ssh or local")
        }
        isLocal = connection == "local"
        if !isLocal, try text("ansible_password", "ansible_ssh_pass") != nil {
            throw Diagnosis(
                "host '\(host)' has a password for SSH", why: "logins are by key",
                fix: "give this user's key to the host: ssh-copy-id")
        }
        checksHostKeys =
            try text("ansible_ssh_host_key_checking", "ansible_host_key_checking").map {
                Conversions.boolean(.string($0))
            }
            ?? defaults.checksHostKeys
        connectTimeoutSeconds =
            try text("ansible_ssh_timeout", "ansible_timeout").flatMap { Int($0) }
            ?? defaults.connectTimeoutSeconds
        becomePassword =
            try text("ansible_become_password", "ansible_become_pass", "ansible_sudo_pass") ?? defaults.becomePassword
    }

    /// OpenSSH's client, with everything but the host and the command.
    var clientArguments: [String] {
        var arguments = [program] + (ownArguments ?? [])
        arguments += ["-o", "BatchMode=yes", "-o", "ConnectTimeout=\(connectTimeoutSeconds)"]
        arguments += ["-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=4", "-T", "-x", "-a"]
        if !checksHostKeys { arguments += ["-o", "StrictHostKeyChecking=no"] }
        if let keyFile { arguments += ["-i", keyFile] }
        if let port { arguments += ["-p", "\(port)"] }
        if let user { arguments += ["-l", user] }
        return arguments + moreArguments
    }

    /// The connection that is kept to there; nil where nobody keeps one, or the arguments say how.
    var keptConnection: KeptConnection? {
        guard let keptFolder, ownArguments == nil,
            !moreArguments.contains(where: { $0.lowercased().contains("control") || $0.hasPrefix("-S") })
        else { return nil }
        return KeptConnection(in: keptFolder, for: clientArguments + [address])
    }
}
