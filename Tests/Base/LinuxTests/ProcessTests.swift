import Glibc
import Testing

@testable import Linux

/// Needs root, as the machines' agents do, and fails without it.
@Suite struct ProcessTests {
    @Test func `runs a program to its end`() throws {
        let outcome = try Program.run(["sh", "-c", "cat; echo err >&2; exit 3"], input: "in\n")
        #expect(outcome.output == "in\nerr\n" && outcome.status.code == 3 && outcome.status.signal == nil)
        #expect(try Program.run(["sh", "-c", "kill -9 $$"]).status == WaitStatus(9))
        #expect(WaitStatus(9).code == 137 && WaitStatus(9).signal == 9)
    }

    @Test func `says at what the start of a program failed`() throws {
        #expect(throws: LinuxError.processStart(.execute, subject: "no-such-program", code: ENOENT)) {
            try Program.run(["no-such-program"])
        }
        var spec = ProcessSpec(arguments: ["true"], environment: ["PATH=/usr/bin:/bin"])
        spec.workingDirectory = "/no/such/folder"
        #expect(throws: LinuxError.processStart(.workingDirectory, subject: "/no/such/folder", code: ENOENT)) {
            try run(spec)
        }
    }

    @Test func `a root of its own hides the machine, and what is mounted there stays there`() throws {
        try withTemporaryFolder { base in
            try FileSystem.makeFolder(base + "/root")
            try FileSystem.makeFolder(base + "/volume")
            try AtomicFile.write("content".utf8, to: base + "/volume/file")
            var spec = ProcessSpec(
                arguments: ["/bin/sh", "-c", "cat /v/file; echo $$; touch /v/x; ls /tmp /etc"], environment: [])
            spec.namespaces = [.process, .mount]
            spec.root = .folder(base + "/root", isReadOnly: false)
            spec.mounts =
                ["/bin", "/usr", "/lib", "/lib64"].filter(FileSystem.exists).map {
                    .bind(source: $0, subPath: nil, target: $0, options: [.readOnly])
                } + [.bind(source: base + "/volume", subPath: nil, target: "/v", options: [.readOnly])]
            let output = try run(spec)
            #expect(output.hasPrefix("content1\n"), "its first process has number 1")
            #expect(output.contains("Read-only file system"))
            #expect(output.contains("'/tmp': No such file"))
            #expect(try !FileSystem.readText("/proc/self/mountinfo").contains(base + "/root"))
        }
    }

    @Test func `a volume's sub path cannot lead out of the volume`() throws {
        try withTemporaryFolder { base in
            try FileSystem.makeFolder(base + "/root")
            try FileSystem.makeFolder(base + "/volume")
            try AtomicFile.write("secret".utf8, to: base + "/secret")
            #expect(symlink("../secret", base + "/volume/link") == 0)
            var spec = ProcessSpec(arguments: ["/bin/true"], environment: [])
            spec.namespaces = [.process, .mount]
            spec.root = .folder(base + "/root", isReadOnly: false)
            spec.mounts = [.bind(source: base + "/volume", subPath: "link", target: "/f", options: [])]
            #expect(throws: LinuxError.self) { try run(spec) }
        }
    }

    @Test func `drops what it is told to drop`() throws {
        var spec = ProcessSpec(
            arguments: ["sh", "-c", "grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):|^Uid|^Groups' /proc/self/status"],
            environment: ["PATH=/usr/bin:/bin"])
        spec.capabilities = Capabilities([.kill, .chown])
        spec.forbidsNewPrivileges = true
        spec.hasDefaultSeccompFilter = true
        let lines = try words(run(spec))
        #expect(lines.contains("CapEff: 0000000000000021") && lines.contains("CapBnd: 0000000000000021"))
        #expect(lines.contains("NoNewPrivs: 1") && lines.contains("Seccomp: 2"))
        spec.user = .init(uid: 1000, gid: 1001, groups: [77, 78])
        let others = try words(run(spec))
        #expect(others.contains("Uid: 1000 1000 1000 1000") && others.contains("Groups: 77 78"))
        #expect(others.contains("CapEff: 0000000000000000") && others.contains("CapBnd: 0000000000000021"))
    }

    @Test func `the default filter refuses mounts and new namespaces, and lets through what a capability allows`()
        throws
    {
        var spec = ProcessSpec(
            arguments: ["sh", "-c", "unshare -m true 2>&1; echo $?"], environment: ["PATH=/usr/bin:/bin"])
        spec.namespaces = [.mount]
        spec.hasDefaultSeccompFilter = true
        #expect(try run(spec).hasSuffix("Operation not permitted\n1\n"))
        spec.capabilities = Capabilities(Capability.allCases.filter { $0 != .sysResource })
        #expect(try run(spec) == "0\n")
    }

    @Test func `knows a process from another one with the same number`() throws {
        let me = try #require(ProcessIdentity(of: getpid()))
        #expect(me.isAlive)
        #expect(!ProcessIdentity(pid: me.pid, startTicks: me.startTicks + 1).isAlive)
        #expect(ProcessIdentity(of: 0x3f_ffff) == nil)
    }

    @Test func `tells the service manager, and is silent without one`() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/notify"
            let socket = try PacketSocket.mailbox(path)
            let manager = ServiceNotification { ["NOTIFY_SOCKET": path, "WATCHDOG_USEC": "5000000"][$0] }
            try manager.ready(status: "up")
            #expect(String(decoding: try socket.read(upTo: 100), as: UTF8.self) == "READY=1\nSTATUS=up")
            #expect(manager.watchdogMicroseconds == 5_000_000)
            try ServiceNotification { _ in nil }.ready()
        }
    }

    @Test(arguments: [("NET_ADMIN", Capability.netAdmin), ("CAP_SYS_TTY_CONFIG", .sysTtyConfig), ("chown", .chown)])
    func `reads capabilities by name`(name: String, capability: Capability) {
        #expect(Capability(name: name) == capability)
        #expect(Capability(name: capability.name) == capability)
    }

    @discardableResult
    private func run(_ spec: ProcessSpec) throws -> String {
        let pipe = try Descriptor.pipe()
        let process = try StartedProcess.start(spec, streams: .init(output: pipe.writing.raw, error: pipe.writing.raw))
        let pid = process.pid
        let output = try pipe.closingWriter().readAll()
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        return String(decoding: output, as: UTF8.self)
    }

    private func words(_ text: String) -> [String] {
        text.split(separator: "\n").map { $0.split { $0 == "\t" || $0 == " " }.joined(separator: " ") }
    }
}
