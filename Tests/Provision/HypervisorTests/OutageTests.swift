import CLibvirt
import Glibc
import Testing

@testable import Hypervisor

/// What happens while libvirtd is away, its pool is gone or the host's disk is full, and what another libvirt would say.
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

    @Test func aChannelEndsWithItsLibvirtdAndIsOpenedAnewBesideTheNext() async throws {
        try await OwnLab.use { lab in
            let host = try await Hypervisor.connect(uri: lab.uri)
            let spec = Samples.domain("channel") {
                $0.memory = .init(bytes: 32 << 20)
                $0.processors = .init(count: 1, model: .maximum)
                $0.boot = .disk
                $0.disks = []
                $0.interfaces = []
            }
            try await Self.startWithoutConsole(spec, on: host)
            let channel = try await host.openChannel(domain: spec.name)
            let line = Task { try await channel.nextLine(deadline: .now + .seconds(30)) }
            try await lab.stopLibvirtd()
            let closed = HypervisorError.channelClosed(domain: spec.name, channel: DomainSpec.defaultReadyChannel)
            await #expect(throws: closed) { try await line.value }
            try await lab.startLibvirtd()
            let next = try await host.openChannel(domain: spec.name)
            await #expect(throws: HypervisorError.self) { try await next.nextLine(deadline: .now + .milliseconds(100)) }
            try await host.destroy(domain: spec.name)
            try await host.undefine(domain: spec.name)
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
            try await Self.startWithoutConsole(spec, on: host)
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

    private static func startWithoutConsole(_ spec: DomainSpec, on host: Hypervisor) async throws {
        var element = spec.element
        if let devices = element.children.firstIndex(where: { $0.name == "devices" }) {
            element.children[devices].children.removeAll { $0.name == "serial" || $0.name == "console" }
        }
        try await host.define(domain: spec.name, xml: element.rendered())
        try await host.start(domain: spec.name)
    }

    /// The domains that need KVM, which no guest here runs with: libvirt takes them as they are.
    @Test(.enabled(if: access("/dev/kvm", F_OK) == 0))
    func aLibvirtThatSeesKVMTakesTheDomainsForIt() async throws {
        try await OwnLab.use { lab in
            try await lab.showKVM()
            let host = try await Hypervisor.connect(uri: lab.uri)
            for golden in Golden<DomainSpec>.all where golden.spec.hardware.virtualization == .kvm {
                let validate = VIR_DOMAIN_DEFINE_VALIDATE.rawValue
                try await host.define(domain: golden.spec.name, xml: golden.spec.xml, flags: validate)
                #expect(try await host.domain(golden.spec.name)?.defined == golden.spec.hardware)
                try await host.undefine(domain: golden.spec.name)
            }
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
