import Glibc
import Testing

@testable import Hypervisor

/// Life cycles against libvirt's own driver for tests, which lives inside this process.
struct TestDriverTests {
    /// A host of the test's own, with one running domain, one network and one pool.
    private func host() async throws -> Hypervisor {
        var template = Array("/tmp/hypervisor-test-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer {
            close(descriptor)
            unlink(path)
        }
        let node = Self.node.utf8.map { $0 }
        #expect(write(descriptor, node, node.count) == node.count)
        return try await Hypervisor.connect(uri: "test://\(path)")
    }

    private static let node = """
        <node>
          <domain type="test"><name>test</name><memory>65536</memory><os><type>hvm</type></os></domain>
          <network><name>default</name><bridge name="virbr0"/>
            <ip address="192.168.122.1" netmask="255.255.255.0"/></network>
          <pool type="dir"><name>default-pool</name><target><path>/default-pool</path></target></pool>
        </node>
        """

    /// Defines the sample as a domain of the test driver's kind.
    private func define(_ name: String, on host: Hypervisor) async throws {
        var element = try XMLReader.read(Samples.domain(name).xml)
        element.attributes = [.init(name: "type", value: "test")]
        element.children.removeAll { ["os", "cpu", "features"].contains($0.name) }
        element.children.append(
            XMLElement("os", [XMLElement("type", ["arch": "i686"], text: "hvm")]))
        try await host.define(domain: name, xml: element.rendered())
    }

    @Test func anUnknownURINamesItselfInTheError() async {
        await #expect {
            try await Hypervisor.connect(uri: "nonsense:///here")
        } throws: { error in
            guard case HypervisorError.unreachable(let uri, let failure) = error else { return false }
            return uri == "nonsense:///here" && failure.code != 0 && !failure.message.isEmpty
        }
    }

    @Test func aDomainLivesAndIsForgotten() async throws {
        let host = try await host()
        try await define("demo-node1", on: host)
        try await host.start(domain: "demo-node1")
        try await host.start(domain: "demo-node1")
        #expect(try await host.state(ofDomain: "demo-node1") == .running)
        try await host.suspend(domain: "demo-node1")
        try await host.suspend(domain: "demo-node1")
        #expect(try await host.state(ofDomain: "demo-node1") == .paused)
        try await host.resume(domain: "demo-node1")
        #expect(try await host.state(ofDomain: "demo-node1") == .running)
        try await host.shutDown(domain: "demo-node1", deadline: .now + .seconds(5))
        try await host.destroy(domain: "demo-node1")
        try await host.undefine(domain: "demo-node1")
        try await host.undefine(domain: "demo-node1")
        #expect(try await host.domains().map(\.name) == ["test"])
    }

    @Test func whatIsObservedTellsWhoseItIs() async throws {
        let host = try await host()
        try await define("demo-node1", on: host)
        try await host.define(Samples.network())
        try await host.create(
            VolumeSpec(pool: "default-pool", name: "u.node1.root", capacityBytes: 1 << 20, format: .raw))
        try await host.create(VolumeSpec(pool: "default-pool", name: "other", capacityBytes: 1 << 20, format: .raw))

        let seen = try await host.observe(pool: "default-pool") { $0.hasPrefix("u.") }
        #expect(seen.domains.map(\.name) == ["demo-node1", "test"])
        #expect(seen.domains.map(\.state) == [.shutOff, .running])
        #expect(seen.domains.map(\.metadata) == [Samples.metadata("kube-node1"), nil])
        #expect(seen.domains.first?.uuid == Samples.uuid)
        #expect(seen.networks.map(\.name) == ["default", "demo"])
        #expect(seen.networks.map(\.metadata) == [nil, Samples.metadata("private")])
        #expect(seen.networks.map(\.bridge) == ["virbr0", "cf-demo"])
        #expect(seen.networks.map(\.isActive) == [true, false])
        #expect(
            seen.networks.map(\.addresses) == [
                [.init(address: "192.168.122.1", prefixLength: 24)], [.init(address: "192.168.56.1", prefixLength: 24)],
            ])
        #expect(seen.volumes.map(\.name) == ["u.node1.root"])
        #expect(seen.volumes.first?.capacityBytes == 1 << 20)
        #expect(seen.volumeNames == ["other", "u.node1.root"])
        #expect(try await host.observe(pool: "no-such-pool").volumes.isEmpty)
    }

    @Test func aNetworkLivesAndIsForgottenAndEveryActMayBeRepeated() async throws {
        let host = try await host()
        for _ in 1...2 { try await host.define(Samples.network()) }
        for _ in 1...2 { try await host.start(network: "demo") }
        #expect(try await host.networks().last?.isActive == true)
        for _ in 1...2 { try await host.destroy(network: "demo") }
        #expect(try await host.networks().last?.isActive == false)
        for _ in 1...2 { try await host.undefine(network: "demo") }
        #expect(try await host.networks().map(\.name) == ["default"])
    }

    @Test func aVolumeLivesAndIsDeletedAndEveryActMayBeRepeated() async throws {
        let host = try await host()
        let spec = VolumeSpec(pool: "default-pool", name: "disk", capacityBytes: 4096, format: .raw)
        let created = try await host.create(spec)
        #expect(try await host.create(spec) == created)
        #expect(try await host.volume("disk", pool: "default-pool") == created)
        for _ in 1...2 { try await host.delete(volume: "disk", pool: "default-pool") }
        #expect(try await host.volume("disk", pool: "default-pool") == nil)
        #expect(try await host.pool("default-pool")?.isActive == true)
        #expect(try await host.pool("no-such-pool") == nil)
    }

    @Test func anOverlayNamesTheVolumeBelowIt() async throws {
        let host = try await host()
        let base = try await host.create(
            VolumeSpec(pool: "default-pool", name: "base", capacityBytes: 4096, format: .qcow2))
        let spec = VolumeSpec(
            pool: "default-pool", name: "top", capacityBytes: 4096, format: .qcow2,
            backing: .init(path: base.path, format: .qcow2))
        #expect(base.backingPath == nil && base.backingVolume == nil)
        #expect(try await host.create(spec).backingVolume == "base")
        try await host.delete(volume: "base", pool: "default-pool")
        #expect(try await host.volume("top", pool: "default-pool")?.backingVolume == "base")
    }

    @Test(arguments: [
        ("/pool/base", "base"), ("/pool/image.debian-12.disk", "image.debian-12.disk"), ("/pool/", nil),
        ("/pool/sub/base", nil), ("/elsewhere/base", nil), ("base", nil),
    ])
    func aFileOutsideThePoolIsNoVolumeOfIt(path: String, name: String?) {
        let overlay = VolumeSnapshot(
            pool: "p", name: "top", path: "/pool/top", capacityBytes: 1, allocationBytes: 1, backingPath: path)
        #expect(overlay.backingVolume == name)
    }

    @Test func exactlyTheLogsOfOneDomainAreDeleted() async throws {
        let host = try await host()
        let (own, others) = (
            ["a_b.console.log", "a_b.console.log.0", "a_b.console.log.12"],
            ["a_b.console.log.", "a_b.console.log.0x", "a_b.console.logs", "a_b2.console.log", "x.a_b.console.log"]
        )
        for name in own + others {
            try await host.create(VolumeSpec(pool: "default-pool", name: name, capacityBytes: 1, format: .raw))
        }
        for _ in 1...2 { try await host.deleteConsoleLog(ofDomain: "a_b", pool: "default-pool") }
        #expect(try await host.observe(pool: "default-pool").volumeNames == others.sorted())
        try await host.deleteConsoleLog(ofDomain: "a_b", pool: "no-such-pool")
    }

    @Test func restorePointsAreSavedListedRestoredAndDeleted() async throws {
        let host = try await host()
        for (name, text) in [("one", "first <&>"), ("two", "")] {
            try await host.saveRestorePoint(domain: "test", named: name, description: text)
        }
        #expect(try await host.state(ofDomain: "test") == .running)
        let points = try await host.restorePoints(domain: "test")
        #expect(points.map(\.name) == ["one", "two"])
        #expect(points.first?.description == "first <&>")
        #expect(points.first?.content == .disksAndMemory)
        try await host.revert(domain: "test", to: "one")
        #expect(try await host.state(ofDomain: "test") == .paused)
        for _ in 1...2 { try await host.deleteRestorePoint(domain: "test", named: "two") }
        #expect(try await host.restorePoints(domain: "test").map(\.name) == ["one"])
        await #expect(throws: HypervisorError.notFound(.snapshot, name: "two")) {
            try await host.revert(domain: "test", to: "two")
        }
    }

    @Test func whatDoesNotExistIsNamed() async throws {
        let host = try await host()
        await #expect(throws: HypervisorError.notFound(.domain, name: "ghost")) {
            try await host.start(domain: "ghost")
        }
        await #expect(throws: HypervisorError.notFound(.network, name: "ghost")) {
            try await host.start(network: "ghost")
        }
        await #expect(throws: HypervisorError.notFound(.pool, name: "ghost")) { try await host.refresh(pool: "ghost") }
        await #expect(throws: HypervisorError.notFound(.domain, name: "ghost")) {
            try await host.openChannel(domain: "ghost")
        }
    }

    @Test func aWaitThatTakesTooLongSaysWhatItWaitedFor() async throws {
        let host = try await host()
        await #expect {
            try await host.waitForShutdown(domain: "test", deadline: .now)
        } throws: { error in
            guard let error = error as? HypervisorError else { return false }
            return error.diagnosis.what == "gave up waiting for domain 'test' to shut down"
        }
    }

    @Test func aCancelledTaskIsToldSoAndDoesNothing() async throws {
        let host = try await host()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await host.destroy(domain: "test")
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await host.state(ofDomain: "test") == .running)
    }
}
