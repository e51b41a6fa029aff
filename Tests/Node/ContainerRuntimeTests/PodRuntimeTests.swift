import Glibc
import Linux
import Testing

@testable import ContainerRuntime

/// With real containers: the tests need root, cgroup v2 somewhere, busybox-static and the program `clusterfile-node`
/// beside the test's own, and fail without them.
@Suite(.serialized, .timeLimit(.minutes(2))) struct PodRuntimeTests {
    @Test func `runs a container to its end and tells how it ended`() async throws {
        let node = try TestNode()
        defer { node.end() }
        let runtime = try node.runtime()
        let sandbox = try await runtime.createSandbox(node.sandbox)
        #expect(try await runtime.createSandbox(node.sandbox) == sandbox, "a sandbox that lives is kept")
        let started = try await runtime.startContainer(
            node.container("echo out; echo err >&2; echo last words > /dev/termination-log; hostname; id -u; exit 3"),
            attempt: 0, inPod: "u")
        #expect(started.name == "c" && started.imageDigest.hasPrefix("sha256:"))
        let exit = try await node.exit(of: 0, runtime)
        #expect(exit.code == 3 && exit.signal == nil && !exit.isOutOfMemory && exit.message == "last words\n")
        #expect(try await node.log(0, runtime).split(separator: "\n").sorted() == ["0", "err", "out", "pod-host"])
    }

    @Test func `an agent that starts anew finds its containers running and their ends on record`() async throws {
        let node = try TestNode()
        defer { node.end() }
        do {
            let first = try node.runtime()
            try await first.createSandbox(node.sandbox)
            try await first.startContainer(
                node.container("trap 'exit 7' TERM; echo ready; while :; do sleep 0.02; done"), attempt: 0, inPod: "u")
        }
        let second = try node.runtime()
        guard case .running = try await second.snapshot("u")?.latest("c")?.state else { throw TestNode.Unexpected() }
        for try await piece in try second.logs(pod: "u", container: "c", attempt: 0, options: .init(follow: true))
        where !piece.isEmpty { break }
        try await second.stopContainer("c", inPod: "u", gracePeriodSeconds: 60)
        #expect(try await node.exit(of: 0, second).code == 7)
    }

    @Test func `a container that does not heed its signal is killed after the grace period`() async throws {
        let node = try TestNode()
        defer { node.end() }
        let runtime = try node.runtime()
        try await runtime.createSandbox(node.sandbox)
        try await runtime.startContainer(
            node.container("trap '' TERM; while :; do sleep 1; done"), attempt: 0, inPod: "u")
        try await runtime.stopContainer("c", inPod: "u", gracePeriodSeconds: 600)
        try await runtime.stopContainer("c", inPod: "u", gracePeriodSeconds: 0)
        let exit = try await node.exit(of: 0, runtime)
        #expect(exit.code == 137 && exit.signal == 9)
    }

    @Test func `a program that cannot be run is a state, and the next attempt may do better`() async throws {
        let node = try TestNode()
        defer { node.end() }
        let runtime = try node.runtime()
        try await runtime.createSandbox(node.sandbox)
        let broken = ContainerSpec(name: "c", image: "test", command: ["/no/such/program"])
        guard case .startFailed(let message, _) = try await runtime.startContainer(broken, attempt: 0, inPod: "u").state
        else { throw TestNode.Unexpected() }
        #expect(message.contains("cannot run /no/such/program"))
        try await runtime.startContainer(node.container("exit 0"), attempt: 1, inPod: "u")
        #expect(try await node.exit(of: 1, runtime).code == 0)
        #expect(try await runtime.snapshot("u")?.containers.map(\.attempt) == [0, 1])
        await #expect(throws: ContainerRuntimeError.imageMissing(reference: "absent")) {
            try await runtime.startContainer(ContainerSpec(name: "d", image: "absent"), attempt: 0, inPod: "u")
        }
    }

    @Test func `containers die with their supervisor, and the sandbox can be made anew`() async throws {
        let node = try TestNode()
        defer { node.end() }
        let runtime = try node.runtime()
        guard case .running(let supervisor) = try await runtime.createSandbox(node.sandbox).sandboxState else {
            throw TestNode.Unexpected()
        }
        guard
            case .running(let process, _) = try await runtime.startContainer(
                node.container("sleep 1000"), attempt: 0, inPod: "u"
            ).state
        else { throw TestNode.Unexpected() }
        kill(supervisor, SIGKILL)
        for await _ in runtime.changes {
            if case .dead(.supervisorDied) = try await runtime.snapshot("u")?.sandboxState { break }
        }
        guard case .lost(_, .supervisorDied) = try await runtime.snapshot("u")?.latest("c")?.state else {
            throw TestNode.Unexpected()
        }
        try await runtime.createSandbox(node.sandbox)
        #expect(ProcessIdentity(of: process) == nil, "nothing of the former sandbox is left")
        try await runtime.startContainer(node.container("exit 4"), attempt: 1, inPod: "u")
        #expect(try await node.exit(of: 1, runtime).code == 4)
    }

    @Test func `removing a pod leaves no process, mount, cgroup, record or log`() async throws {
        let node = try TestNode()
        defer { node.end() }
        let runtime = try node.runtime()
        try await runtime.createSandbox(node.sandbox)
        guard
            case .running(let process, _) = try await runtime.startContainer(
                node.container("sleep 1000 & sleep 1000"), attempt: 0, inPod: "u"
            ).state
        else { throw TestNode.Unexpected() }
        try await runtime.removePod("u")
        try await runtime.removePod("u")
        #expect(ProcessIdentity(of: process) == nil)
        #expect(try FileSystem.names(in: node.folder + "/pods") == [".changes"])
        #expect(try FileSystem.names(in: node.folder + "/logs").isEmpty)
        #expect(try !FileSystem.names(in: node.group.path).contains("podu"))
        #expect(try !FileSystem.readText("/proc/self/mountinfo").contains(node.folder))
        #expect(try await runtime.snapshots().isEmpty)
    }

    @Test func `an ordinary user may write to its output by name, and little else`() async throws {
        let node = try TestNode()
        defer { node.end() }
        let runtime = try node.runtime()
        try await runtime.createSandbox(node.sandbox)
        var spec = node.container("echo named > /dev/stdout; id -u; id -g; echo x > /bin/x; exit 5")
        spec.user = ContainerUser(uid: 1234, gid: 99)
        try await runtime.startContainer(spec, attempt: 0, inPod: "u")
        #expect(try await node.exit(of: 0, runtime).code == 5)
        let log = try await node.log(0, runtime)
        #expect(log.hasPrefix("named\n1234\n99\n") && log.contains("Permission denied"))
    }

    @Test func `a privileged container sees the machine's devices, another cannot make itself any`() async throws {
        let node = try TestNode()
        defer { node.end() }
        let runtime = try node.runtime()
        try await runtime.createSandbox(node.sandbox)
        let script = "busybox mknod /dev/mine c 1 3 && busybox cat /dev/mine; echo $?; ls /dev | busybox wc -l"
        var spec = node.container(script)
        try await runtime.startContainer(spec, attempt: 0, inPod: "u")
        _ = try await node.exit(of: 0, runtime)
        let closed = try await node.log(0, runtime)
        #expect(closed.contains("can't open '/dev/mine': Permission denied"))
        spec.security.isPrivileged = true
        try await runtime.startContainer(spec, attempt: 1, inPod: "u")
        _ = try await node.exit(of: 1, runtime)
        #expect(try await node.log(1, runtime).hasPrefix("0\n"))
    }

    @Test func `volumes are seen, read-only where wanted, and the image stays as it was`() async throws {
        let node = try TestNode()
        defer { node.end() }
        let runtime = try node.runtime()
        try await runtime.createSandbox(node.sandbox)
        try FileSystem.makeFolder(node.folder + "/volume")
        try AtomicFile.write("content\n".utf8, to: node.folder + "/volume/file")
        var spec = node.container(
            "cat /v/file; echo x > /v/file; echo y > /w/new; echo z > /bin/new; cat /etc/hosts; ls /bin/new")
        spec.mounts = [
            .init(source: .path(node.folder + "/volume"), target: "/v", isReadOnly: true),
            .init(source: .path(node.folder + "/volume"), target: "/w"),
        ]
        try await runtime.startContainer(spec, attempt: 0, inPod: "u")
        #expect(try await node.exit(of: 0, runtime).code == 0)
        let log = try await node.log(0, runtime)
        #expect(
            log.hasPrefix("content\n") && log.contains("Read-only file system") && log.contains("10.0.0.9 pod-host"))
        #expect(try FileSystem.names(in: node.folder + "/volume") == ["file", "new"])
        try await runtime.startContainer(node.container("ls /bin/new"), attempt: 1, inPod: "u")
        #expect(try await node.exit(of: 1, runtime).code == 1)
    }
}
