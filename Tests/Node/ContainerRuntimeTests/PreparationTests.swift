import Linux
import Testing

@testable import ContainerImages
@testable import ContainerRuntime

@Suite struct PreparationTests {
    @Test(
        arguments: [
            (nil, nil, ["entry", "e1", "cmd"]),
            (["mine"], nil, ["mine"]),
            (nil, ["a"], ["entry", "e1", "a"]),
            (["mine"], ["a"], ["mine", "a"]),
            (nil, [], ["entry", "e1"]),
        ] as [([String]?, [String]?, [String])])
    func `the pod's command and arguments win over the image's`(
        command: [String]?, arguments: [String]?, expected: [String]
    ) throws {
        #expect(
            try launch(ContainerSpec(name: "c", image: "i", command: command, arguments: arguments)).process.arguments
                == expected)
    }

    @Test func `says that there is nothing to run`() throws {
        let image = try Fixture.image(
            ImageConfiguration(
                entrypoint: [], command: [], environment: [], workingDirectory: "", user: "", stopSignal: nil))
        #expect(throws: ContainerRuntimeError.noCommand(container: "c", image: "i")) {
            try Fixture.preparation(ContainerSpec(name: "c", image: "i"), image: image).launch()
        }
    }

    @Test func `the environment has the image's and the pod's values, each once`() throws {
        let spec = ContainerSpec(
            name: "c", image: "i", environment: [.init(name: "B", value: "pod"), .init(name: "PATH", value: "/p")])
        #expect(
            try launch(spec).process.environment == ["PATH=/p", "HOSTNAME=host", "HOME=/home/web", "A=image", "B=pod"])
    }

    @Test func `runs as the image's user with its groups, or as the pod's`() throws {
        #expect(
            try launch(ContainerSpec(name: "c", image: "i")).process.user == .init(uid: 1000, gid: 1001, groups: [77]))
        let spec = ContainerSpec(name: "c", image: "i", user: .init(uid: 5, supplementalGroups: [9, 9]))
        #expect(try launch(spec).process.user == .init(uid: 5, gid: 0, groups: [9]))
        let both = ContainerSpec(name: "c", image: "i", user: .init(uid: 1000, gid: 3))
        #expect(try launch(both).process.user == .init(uid: 1000, gid: 3, groups: [77]))
    }

    @Test func `an unknown user is named`() throws {
        var image = try Fixture.image()
        image.configuration.user = "nobody:nogroup"
        #expect(throws: ContainerRuntimeError.unknownUser("nobody", image: "i")) {
            try Fixture.preparation(ContainerSpec(name: "c", image: "i"), image: image).launch()
        }
    }

    @Test func `drops all capabilities but Kubernetes' default ones, and follows the pod`() throws {
        func capabilities(_ security: ContainerSecurity) throws -> Capabilities? {
            try launch(ContainerSpec(name: "c", image: "i", security: security)).process.capabilities
        }
        #expect(try capabilities(ContainerSecurity())?.mask == 0xa804_25fb)
        #expect(try capabilities(.init(addedCapabilities: ["net_admin"]))?.contains(.netAdmin) == true)
        #expect(try capabilities(.init(droppedCapabilities: ["ALL"]))?.mask == 0)
        #expect(try capabilities(.init(addedCapabilities: ["CHOWN"], droppedCapabilities: ["ALL"]))?.mask == 1)
        #expect(
            try capabilities(.init(addedCapabilities: ["ALL"], droppedCapabilities: ["CHOWN"]))?.contains(.chown)
                == false)
        #expect(try capabilities(.init(isPrivileged: true)) == nil)
        #expect(throws: ContainerRuntimeError.unknownCapability("FLY", container: "c")) {
            try capabilities(.init(addedCapabilities: ["FLY"]))
        }
    }

    @Test func `is closed unless it is told to be open`() throws {
        let closed = try launch(ContainerSpec(name: "c", image: "i")).process
        #expect(closed.forbidsNewPrivileges && closed.hasDefaultSeccompFilter && closed.diesWithParent)
        #expect(
            closed.mounts.contains(.mask(target: "/proc/kcore"))
                && closed.mounts.contains(.readOnly(target: "/proc/sys")))
        let devices = closed.mounts.first { $0.target == "/dev" }
        guard case .fileSystem("tmpfs", _, let options, _) = devices else { throw Missing() }
        #expect(options.contains(.noDevices), "what mknod makes there opens nothing")
        let open = try launch(ContainerSpec(name: "c", image: "i", security: .init(isPrivileged: true))).process
        #expect(!open.forbidsNewPrivileges && !open.hasDefaultSeccompFilter)
        #expect(open.mounts.contains(.device(target: "/dev/disk", mode: 0o60660, major: 254, minor: 0)))
        #expect(!open.mounts.contains { if case .mask = $0 { true } else { false } })
    }

    @Test func `mounts outer volumes before inner ones, and locks last`() throws {
        let spec = ContainerSpec(
            name: "c", image: "i",
            mounts: [
                .init(source: .path("/b"), target: "/data/inner"),
                .init(source: .memory(maximumBytes: 5), target: "/data", isReadOnly: true),
            ])
        let targets = try launch(spec).process.mounts.map(\.target)
        let places = ["/proc", "/dev", "/dev/shm", "/etc/hosts", "/data", "/data/inner", "/proc/kcore", "/work"].map {
            targets.firstIndex(of: $0)
        }
        #expect(places.allSatisfy { $0 != nil } && places.compactMap { $0 } == places.compactMap { $0 }.sorted())
    }

    @Test(
        arguments: [
            ("SIGTERM", 15), ("quit", 3), ("9", 9), ("SIGRTMIN+3", 37), ("RTMIN", 34), ("0", nil), ("SIGFOO", nil),
        ] as [(String, Int32?)])
    func `knows signals by name`(name: String, number: Int32?) {
        #expect(SignalName.number(name) == number)
    }

    @Test func `turns requests into cgroup settings as Kubernetes does`() {
        let settings = ContainerResources(
            memoryBytes: 64 << 20, cpuMillicores: 250, cpuRequestMillicores: 100, maximumProcesses: 10
        ).settings
        #expect(
            settings.map { "\($0.file)=\($0.value)" } == [
                "memory.max=67108864", "memory.oom.group=1", "cpu.max=25000 100000", "cpu.weight=4", "pids.max=10",
            ])
        #expect(ContainerResources(cpuMillicores: 1).settings.first?.value == "1000 100000", "the kernel's least quota")
        #expect(ContainerResources(cpuRequestMillicores: 0).settings.first?.value == "1")
    }

    private struct Missing: Error {}

    private func launch(_ spec: ContainerSpec) throws -> LaunchRecord { try Fixture.preparation(spec).launch() }
}

/// A pod's sandbox and an image that exist only as values.
enum Fixture {
    static func image(_ configuration: ImageConfiguration? = nil) throws -> Image {
        Image(
            reference: try ImageReference(parsing: "i"), digest: "sha256:d",
            configuration: configuration
                ?? ImageConfiguration(
                    entrypoint: ["entry", "e1"], command: ["cmd"], environment: ["A=image", "B=image"],
                    workingDirectory: "/work", user: "web", stopSignal: nil),
            layersFolder: "/layers", layers: ["top", "bottom"], sizeBytes: 0)
    }

    static func preparation(_ spec: ContainerSpec, image: Image? = nil) throws -> ContainerPreparation {
        let sandbox = PodSandboxSpec(
            uid: "u", name: "p", namespace: "n", hostname: "host", network: .host, hostsFile: "127.0.0.1 localhost\n")
        return ContainerPreparation(
            spec: spec, attempt: 0, sandbox: sandbox, image: try image ?? Fixture.image(),
            folder: PodFolder(path: "/pods/u"),
            logPath: "/log",
            users: ImageUsers(
                passwd: "root:x:0:0:root:/root:/bin/sh\nweb:x:1000:1001::/home/web:/bin/sh\nbroken\n",
                group: "root:x:0:\nextra:x:77:web,other\n"),
            devices: { [MachineDevice(path: "/dev/disk", mode: 0o60660, major: 254, minor: 0)] })
    }
}
