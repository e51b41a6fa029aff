import Foundation
import Glibc

@testable import SecureShell

/// Debian's sshd on a loopback port, with a folder, a host key and an accepted user key of its own; until `stop`.
///
/// Unchecked: everything is set in `init` and only read after that, and `stop` is called once, by the test that made it.
final class LocalServer: @unchecked Sendable {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    let folder: URL
    let port: UInt16
    let hostKey: PublicKey
    private let process: pid_t

    /// Starts a server, on a thread that may block.
    static func start() async throws -> LocalServer {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try LocalServer() }) }
        }
    }

    private init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("sshd-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        guard FileManager.default.isExecutableFile(atPath: "/usr/sbin/sshd") else {
            throw Failure(description: "these tests need sshd: apt-get install openssh-server")
        }
        for name in ["host", "user", "stranger"] {
            let keygen = try Self.spawn(
                "/usr/bin/ssh-keygen", "-qt", "ed25519", "-N", "", "-f", folder.path + "/" + name)
            guard Self.wait(for: keygen) == 0 else { throw Failure(description: "ssh-keygen failed") }
        }
        hostKey = try PublicKey(openSSH: String(contentsOf: folder.appendingPathComponent("host.pub"), encoding: .utf8))
        port = try Self.freePort()
        // sshd's own folder for its unprivileged half, which its service would make.
        if geteuid() == 0 { mkdir("/run/sshd", 0o755) }
        // A home of its own: what this host's user has in his .bashrc is not the tests' business.
        let configuration = """
            Port \(port)
            ListenAddress 127.0.0.1
            HostKey \(folder.path)/host
            PidFile none
            AuthorizedKeysFile \(folder.path)/user.pub
            StrictModes no
            UsePAM no
            PermitRootLogin yes
            PasswordAuthentication no
            Subsystem sftp internal-sftp
            MaxStartups 100
            SetEnv HOME=\(folder.path)
            """
        try configuration.write(to: folder.appendingPathComponent("config"), atomically: true, encoding: .utf8)
        process = try Self.spawn("/usr/sbin/sshd", "-D", "-f", folder.path + "/config", "-E", "/dev/null")
    }

    /// Ends the server and removes its folder; connections that exist live on in processes of their own.
    func stop() {
        kill(process, SIGTERM)
        _ = Self.wait(for: process)
        // A folder that is left behind in the system's temporary folder does no harm.
        try? FileManager.default.removeItem(at: folder)
    }

    /// The server as its user reaches it, with another key or host key where a test wants that.
    func target(
        key: String = "user", hostKey: PublicKey? = nil, port: UInt16? = nil
    ) -> SecureShellTarget {
        SecureShellTarget(
            address: "127.0.0.1", port: port ?? self.port, user: NSUserName(),
            privateKey: .file(folder.path + "/" + key),
            hostKey: hostKey ?? self.hostKey)
    }

    func session() async throws -> SecureShellSession {
        try await .connectWhenReady(to: target(), deadline: .now + .seconds(20))
    }

    /// The public key beside a private key in the server's folder.
    func publicKey(_ name: String) throws -> PublicKey {
        try PublicKey(openSSH: String(contentsOf: folder.appendingPathComponent(name + ".pub"), encoding: .utf8))
    }

    /// Starts a program; Foundation's `Process` hangs now and then when several threads use it at once.
    private static func spawn(_ program: String, _ arguments: String...) throws -> pid_t {
        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
        defer { for word in words { free(word) } }
        words.append(nil)
        var process: pid_t = 0
        let status = posix_spawn(&process, program, nil, nil, words, environ)
        guard status == 0 else { throw Failure(description: "\(program): \(String(cString: strerror(status)))") }
        return process
    }

    private static func wait(for process: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        return status
    }

    /// A port of the loopback that nobody listens on.
    static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) | getsockname(descriptor, $0, &length)
            }
        }
        guard status == 0 else { throw Failure(description: "no free port") }
        return UInt16(bigEndian: address.sin_port)
    }
}
