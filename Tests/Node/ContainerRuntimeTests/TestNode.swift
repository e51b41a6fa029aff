import ContainerImages
import Crypto
import JSON
import Linux
import Testing

@testable import ContainerRuntime

/// Folders, a cgroup and an image of its own for one test.
struct TestNode {
    let folder = "/tmp/cf-\(UInt32.random(in: 0 ... .max))"
    let group: ControlGroup
    private let images: ImageStore
    private let program: String

    struct Unexpected: Error {}

    let sandbox = PodSandboxSpec(
        uid: "u", name: "p", namespace: "n", hostname: "pod-host", network: .host, hostsFile: "10.0.0.9 pod-host\n")

    init() throws {
        let mounts = try FileSystem.readText("/proc/self/mountinfo").split(separator: "\n")
        let hierarchy = try #require(mounts.first { $0.contains(" - cgroup2 ") }, "no cgroup v2 is mounted")
        group = ControlGroup(path: String(hierarchy.split(separator: " ")[4]) + folder.dropFirst(4))
        try group.make()
        let tests = try FileSystem.linkTarget("/proc/self/exe")
        let beside = tests.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        program = (beside + ["clusterfile-node"]).joined(separator: "/")
        try #require(FileSystem.exists(program), "\(program) is not built")
        images = try ImageStore(root: folder + "/images")
        try images.importLayout(try TestNode.writeLayout(folder + "/layout"))
    }

    func runtime() throws -> PodRuntime {
        try PodRuntime(
            configuration: PodRuntimeConfiguration(
                recordsRoot: folder + "/pods", logsRoot: folder + "/logs", controlGroup: group.path,
                supervisorCommand: [program, "supervisor"]), images: images)
    }

    func container(_ script: String) -> ContainerSpec {
        ContainerSpec(name: "c", image: "test", command: ["/bin/busybox", "sh", "-c", script])
    }

    /// Waits, woken by the runtime, until an attempt has ended.
    func exit(of attempt: Int, _ runtime: PodRuntime) async throws -> ContainerExit {
        while true {
            let snapshot = try await runtime.snapshot("u")?.containers.first { $0.attempt == attempt }
            if case .exited(let exit) = snapshot?.state { return exit }
            guard case .running = snapshot?.state else { throw Unexpected() }
            for await _ in runtime.changes { break }
        }
    }

    func log(_ attempt: Int, _ runtime: PodRuntime) async throws -> String {
        var output: [UInt8] = []
        for try await piece in try runtime.logs(pod: "u", container: "c", attempt: attempt, options: LogOptions()) {
            output += piece
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Everything the test made, also where it failed half-way.
    func end() {
        try? group.destroy()
        try? FileSystem.remove(folder)
    }

    /// An OCI layout of busybox alone, its layer packed by tar.
    private static func writeLayout(_ path: String) throws -> String {
        try FileSystem.makeFolder(path + "/blobs/sha256")
        let script = """
            set -e; mkdir -p \(path)/root/bin; cp "$(command -v busybox)" \(path)/root/bin/busybox
            for name in sh cat echo ls sleep id hostname; do ln -s busybox \(path)/root/bin/$name; done
            tar -C \(path)/root -cf \(path)/layer bin
            """
        let outcome = try Program.run(["sh", "-c", script])
        try #require(outcome.status.code == 0, "\(outcome.output)")
        func blob(_ content: [UInt8]) throws -> JSON {
            let hex = SHA256.hash(data: content).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            try AtomicFile.write(content, to: path + "/blobs/sha256/" + hex, durability: .process)
            return [
                "digest": JSON("sha256:" + hex), "size": JSON(content.count),
                "mediaType": "application/vnd.oci.image.layer.v1.tar",
            ]
        }
        let layer = try blob(try FileSystem.read(path + "/layer"))
        let configuration: JSON = ["config": [:], "rootfs": ["diff_ids": .array([layer["digest"] ?? .null])]]
        let manifest: JSON = ["config": try blob(configuration.bytes), "layers": [layer]]
        var entry = try blob(manifest.bytes)
        entry["annotations"] = ["io.containerd.image.name": "docker.io/library/test:latest"]
        try AtomicFile.write((["manifests": [entry]] as JSON).bytes, to: path + "/index.json")
        return path
    }
}
