internal import Crypto
internal import FoundationEssentials
internal import Glibc

/// A connection that OpenSSH's client keeps for a minute behind its last use, so that what comes next need not log in again.
struct KeptConnection: Sendable {
    /// Where the client that keeps it listens.
    let socket: String

    /// The folder is made where there is none; nil where it cannot be, or where ssh cannot be given a socket's path in it.
    ///
    /// Only who goes the very same way shares one: the arguments tell the host, the user, the keys and whom to trust, the
    /// namespace tells networks with the same addresses apart.
    init?(in folder: String, for arguments: [String]) {
        var namespace = stat()
        guard stat("/proc/self/ns/net", &namespace) == 0 else { return nil }
        let way = ["\(namespace.st_ino)"] + arguments
        let digest = SHA256.hash(data: Array(way.joined(separator: "\0").utf8))
        let name = digest.prefix(8).map { String(256 + Int($0), radix: 16).dropFirst() }.joined()
        socket = "\(folder)/\(name)"
        // The client listens under a longer name at first: a dot and sixteen letters more.
        guard socket.utf8.count + 17 < Self.longestPath, !socket.contains(where: Self.special.contains) else {
            return nil
        }
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            return nil
        }
    }

    /// What a socket's address holds.
    private static let longestPath = MemoryLayout.size(ofValue: sockaddr_un().sun_path)

    /// What ssh reads as something else within an option's value.
    private static let special: Set<Character> = ["%", "$", "~", "\"", "'", "\\", "#", " ", "\t"]

    var exists: Bool { access(socket, F_OK) == 0 }

    /// What makes OpenSSH's client use it, or begin it.
    var arguments: [String] {
        ["-o", "ControlMaster=auto", "-o", "ControlPersist=60s", "-o", "ControlPath=\(socket)"]
    }

    /// Lets nobody use it any more who does not yet.
    func abandon() { unlink(socket) }
}
