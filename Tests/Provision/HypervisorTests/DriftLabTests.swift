import CLibvirt
import Testing

@testable import Hypervisor

/// What somebody changes by hand is seen, and what libvirt itself does is not taken for that.
struct DriftLabTests {
    private func look(_ lab: Lab, _ name: String) async throws -> DomainSnapshot {
        try #require(try await lab.host.domain(name))
    }

    /// As `virsh attach-device` does it.
    private func attach(_ xml: String, to name: String, on lab: Lab, _ flag: virDomainModificationImpact) async throws {
        try await lab.host.call { connection in
            let domain = try Lookup.domain(name, on: connection)
            try HypervisorError.check(virDomainAttachDeviceFlags(domain.pointer, xml, flag.rawValue), "attach")
        }
    }

    @Test func aMachineThatRunsShowsWhatItIsDefinedAs() async throws {
        try await Lab.use { lab in
            var network = lab.network("n", gateway: "192.0.2.1", prefixLength: 26)
            network.configuration.mtu = 1400
            try await lab.host.define(network)
            try await lab.host.start(network: network.name)
            let name = try await lab.defineMachine("runs") {
                $0.processors = .init(count: 1, maximum: 3, model: .maximum, pinning: [0: [0]])
                $0.memory = .init(bytes: 64 << 20, maximumBytes: 128 << 20)
                $0.interfaces = [
                    .init(.network(network.name), mac: "52:54:00:12:34:56"),
                    .init(.network(network.name), mac: "52:54:00:12:34:57", mtu: 1300),
                    .init(.bridge(network.configuration.bridge), mac: "52:54:00:12:34:58"),
                ]
            }
            let before = try await look(lab, name)
            #expect(before.isAsRecorded == true)
            try await lab.host.start(domain: name)
            var running = try await look(lab, name)
            #expect(running.isAsRecorded == true)
            #expect(running.defined == before.defined)
            // A guest without a driver for its balloon keeps what it started with.
            running.running?.memory = .init(bytes: 64 << 20, maximumBytes: 128 << 20)
            #expect(running.running == before.defined)
            try await lab.host.destroy(domain: name)
            let after = try await look(lab, name)
            #expect(after.isAsRecorded == true && after.running == nil)
            #expect(try await lab.host.networks().first { $0.name == network.name }?.isAsRecorded == true)
            #expect(
                try await lab.host.networks().first { $0.name == network.name }?.running == network.configuration)
        }
    }

    @Test func aDeviceAttachedByHandIsSeen() async throws {
        try await Lab.use { lab in
            let name = try await lab.defineMachine("edited")
            let before = try #require(try await look(lab, name).defined)
            let volume = try await lab.createRaw("more", sizeBytes: 1 << 20)
            let disk = DomainHardware.Disk(path: volume.path, format: .raw, access: .readWrite, serial: "more")
            try await lab.host.start(domain: name)
            try await attach(disk.element(target: "vdx").rendered(), to: name, on: lab, VIR_DOMAIN_AFFECT_LIVE)
            var found = try await look(lab, name)
            #expect(found.isAsRecorded == true && found.defined == before)
            #expect(found.running?.disks == before.disks + [disk])
            try await attach(disk.element(target: "vdx").rendered(), to: name, on: lab, VIR_DOMAIN_AFFECT_CONFIG)
            found = try await look(lab, name)
            #expect(found.isAsRecorded == false && found.defined?.disks == before.disks + [disk])
        }
    }

    @Test func anEditOfWhatHasNoTermOfOursIsSeen() async throws {
        try await Lab.use { lab in
            let name = try await lab.defineMachine("title")
            let before = try await look(lab, name)
            let xml = before.xml.replacing("<on_crash>preserve</on_crash>", with: "<on_crash>destroy</on_crash>")
            #expect(xml != before.xml)
            try await lab.host.call { connection in
                _ = try Handle(virDomainDefineXML(connection, xml), release: virDomainFree) {
                    .refused(action: "define", $0)
                }
            }
            let found = try await look(lab, name)
            #expect(found.defined == before.defined)
            #expect(found.isAsRecorded == false)
        }
    }

    @Test func aNetworkEditedByHandIsSeen() async throws {
        try await Lab.use { lab in
            let spec = lab.network("e")
            try await lab.host.define(spec)
            let before = try #require(try await lab.host.networks().first { $0.name == spec.name })
            #expect(before.isAsRecorded == true)
            for (text, changed) in [("198.51.100.1", "198.51.100.9"), ("stp='off'", "stp='on'")] {
                let xml = before.xml.replacing(text, with: changed)
                #expect(xml != before.xml)
                try await lab.host.call { connection in
                    _ = try Handle(virNetworkDefineXML(connection, xml), release: virNetworkFree) {
                        .refused(action: "define", $0)
                    }
                }
                let found = try #require(try await lab.host.networks().first { $0.name == spec.name })
                #expect(found.isAsRecorded == false)
                #expect((found.defined == before.defined) == (text == "stp='off'"))
            }
        }
    }
}
