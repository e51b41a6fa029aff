import Foundation
import Glibc
import Testing

/// A libvirt of these tests' own, whose daemon may be stopped: a second lab.
struct OwnLab: Sendable {
    private struct Record: Decodable {
        struct Processes: Decodable {
            var libvirtd: Int32
            var virtlogd: Int32
        }
        var uri: String
        var pids: Processes
    }

    let uri: String
    private let processes: Record.Processes
    static let number = "59"
    private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../scripts/lab").standardizedFileURL.path

    static func use(_ body: (OwnLab) async throws -> Void) async throws {
        // As `clusterfile` does: libvirt's library writes to a daemon that may be gone.
        signal(SIGPIPE, SIG_IGN)
        try await run(script, "start")
        let record = "/run/clusterfile-lab\(number)/record.json"
        let data = try Data(contentsOf: URL(fileURLWithPath: record))
        let found = try JSONDecoder().decode(Record.self, from: data)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(OwnLab(uri: found.uri, processes: found.pids)))
        } catch {
            result = .failure(error)
        }
        try await run(script, "stop")
        try result.get()
    }

    func stopLibvirtd() async throws {
        let pid = try pid()
        #expect(kill(pid, SIGTERM) == 0)
        while kill(pid, 0) == 0, !isDead(pid) { try await Task.sleep(for: .milliseconds(10)) }
    }

    /// Starts it again where it was, beside the daemon of the consoles' logs, which stayed.
    func startLibvirtd() async throws {
        try await Self.run(
            "/usr/bin/nsenter", "--target", "\(processes.virtlogd)", "--mount", "--net", "libvirtd", "--daemon",
            "--config", "/etc/libvirt/libvirtd.conf", "--pid-file", "/run/clusterfile-lab\(Self.number)/libvirtd.pid")
    }

    /// Lets its libvirt see `/dev/kvm`, which a lab otherwise hides, whether the host's is of use or not.
    func showKVM() async throws {
        try await stopLibvirtd()
        try await inside("/usr/bin/mknod", "-m", "666", "/dev/kvm", "c", "10", "232")
        try await inside("/usr/bin/rm", "-rf", "/var/cache/libvirt/qemu")
        try await startLibvirtd()
    }

    /// Runs a command within the daemons' namespaces.
    func inside(_ command: String...) async throws {
        let enter = ["--target", "\(processes.virtlogd)", "--mount", "--net"]
        try await Self.run("/usr/bin/nsenter", arguments: enter + command)
    }

    private func pid() throws -> Int32 {
        let file = URL(fileURLWithPath: "/run/clusterfile-lab\(Self.number)/libvirtd.pid")
        let text = try String(contentsOf: file, encoding: .utf8)
        return try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    /// A process that nobody has reaped yet is as dead as one that is gone.
    private func isDead(_ pid: Int32) -> Bool {
        let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? "State:\tX"
        return status.contains("State:\tZ") || status.contains("State:\tX")
    }

    private static func run(_ program: String, _ arguments: String...) async throws {
        try await run(program, arguments: arguments)
    }

    private static func run(_ program: String, arguments: [String]) async throws {
        // No `Process` of Foundation's: it would wait for the daemons, which inherit its socket, and they would inherit the
        // blocked signals of this thread.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let words = [program] + arguments
        var pointers = words.map { strdup($0) } + [nil]
        defer { pointers.forEach { free($0) } }
        setenv("CLUSTERFILE_LAB", number, 1)
        var pid: pid_t = 0
        try #require(posix_spawn(&pid, program, nil, &attributes, &pointers, environ) == 0)
        var status: Int32 = 0
        while waitpid(pid, &status, WNOHANG) == 0 { try await Task.sleep(for: .milliseconds(10)) }
        #expect(status == 0, "\(words.joined(separator: " "))")
    }
}
