import Foundation
import Glibc
import Testing

@testable import Hypervisor

/// A libvirt of these tests' own, whose daemon may be stopped: a second lab.
private struct OwnLab: Sendable {
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

/// What happens while libvirtd is away, its pool is gone or the host's disk is full.
@Suite(.serialized) struct OutageTests {
    @Test func aRestartOfLibvirtdIsRiddenOutAndAnAbsenceIsTold() async throws {
        try await OwnLab.use { lab in
            let host = try await Hypervisor.connect(uri: lab.uri)
            let spec = Samples.network("outage") { $0.dnsHosts = [] }
            try await host.define(spec)
            try await lab.stopLibvirtd()
            async let found = host.networks()
            try await Task.sleep(for: .milliseconds(500))
            try await lab.startLibvirtd()
            #expect(try await found.map(\.name) == ["outage"])
            // In the middle of many calls, reads and acts, none is lost and none is answered by half.
            try await withThrowingTaskGroup { group in
                for index in 0..<5 {
                    group.addTask {
                        for round in 0..<60 {
                            let volume = VolumeSpec(
                                pool: "clusterfile", name: "v\(index).\(round)", capacityBytes: 4096, format: .raw)
                            try await host.create(volume)
                            #expect(try await host.networks().map(\.isAsRecorded) == [true])
                        }
                    }
                }
                try await Task.sleep(for: .milliseconds(100))
                try await lab.stopLibvirtd()
                try await lab.startLibvirtd()
                try await group.waitForAll()
            }
            #expect(try await host.observe(pool: "clusterfile").volumeNames.count == 300)
        }
    }

    @Test func aFullDiskIsToldBeforeAnyMachineStopsForIt() async throws {
        try await OwnLab.use { lab in
            let folder = "/var/lib/clusterfile-lab\(OwnLab.number)/small"
            try await lab.inside("/usr/bin/mkdir", folder)
            try await lab.inside("/usr/bin/mount", "-t", "tmpfs", "-o", "size=4m,mode=711", "tmpfs", folder)
            let host = try await Hypervisor.connect(uri: lab.uri)
            for _ in 1...2 { try await host.ensure(PoolSpec(name: "small", path: folder)) }
            let disk = try await host.create(
                VolumeSpec(pool: "small", name: "disk", capacityBytes: 64 << 20, format: .raw))
            await #expect(
                throws: HypervisorError.poolFull(name: "small", freeBytes: 4 << 20, neededBytes: 8 << 20)
            ) { try await host.upload([UInt8](repeating: 1, count: 8 << 20), toVolume: "disk", pool: "small") }

            try await host.upload(Self.bootSector, toVolume: "disk", pool: "small")
            let spec = Samples.domain("writer") {
                $0.memory = .init(bytes: 32 << 20)
                $0.processors = .init(count: 1, model: .maximum)
                $0.boot = .disk
                $0.disks = [.init(path: disk.path, format: .raw, access: .readWrite)]
                $0.interfaces = []
            }
            var element = spec.element
            if let devices = element.children.firstIndex(where: { $0.name == "devices" }) {
                element.children[devices].children.removeAll { $0.name == "serial" || $0.name == "console" }
            }
            try await host.define(domain: spec.name, xml: element.rendered())
            try await host.start(domain: spec.name)
            let deadline = ContinuousClock.now + .seconds(60)
            while try await host.state(ofDomain: spec.name) == .running, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(try await host.domains().map(\.pause) == [.noSpace(disks: ["vda"])])
            // With more space it goes on, until that is full.
            try await lab.inside("/usr/bin/mount", "-o", "remount,size=80m", folder)
            try await host.resume(domain: spec.name)
            #expect(try await host.state(ofDomain: spec.name) == .running)
            try await host.destroy(domain: spec.name)
            try await host.undefine(domain: spec.name)
        }
    }

    @Test func aPoolThatIsGoneIsTold() async throws {
        try await OwnLab.use { lab in
            let folder = "/var/lib/clusterfile-lab\(OwnLab.number)/gone"
            let host = try await Hypervisor.connect(uri: lab.uri)
            let (pool, volume) = (
                PoolSpec(name: "gone", path: folder),
                VolumeSpec(pool: "gone", name: "disk", capacityBytes: 1 << 20, format: .raw)
            )
            try await host.ensure(pool)
            try await lab.inside("/usr/bin/rmdir", folder)
            await #expect {
                try await host.create(volume)
            } throws: { error in
                guard case HypervisorError.poolFolderGone("gone", _) = error else { return false }
                return true
            }
            // libvirt stops a pool that it cannot read.
            await #expect(throws: HypervisorError.self) { try await host.refresh(pool: "gone") }
            await #expect(throws: HypervisorError.poolInactive(name: "gone")) { try await host.create(volume) }
            try await host.ensure(pool)
            try await host.create(volume)
        }
    }

    /// A boot sector that writes to its disk without end, 32 KiB at a time, from the second sector on:
    /// `mov dl, 80h; again: mov si, packet; mov ax, 4300h; int 13h; add dword [packet.block], 40h; jmp again`.
    private static let bootSector: [UInt8] = {
        let code: [UInt8] = [
            0x31, 0xC0, 0x8E, 0xD8, 0x8E, 0xC0, 0xB2, 0x80, 0xBE, 0x18, 0x7C, 0xB8, 0x00, 0x43, 0xCD, 0x13, 0x66, 0x83,
            0x06,
            0x20, 0x7C, 0x40, 0xEB, 0xF0,
        ]
        let packet: [UInt8] = [0x10, 0, 0x40, 0, 0, 0x7C, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
        let used = code + packet
        return used + [UInt8](repeating: 0, count: 510 - used.count) + [0x55, 0xAA]
    }()
}
