import Foundation
import Testing

@testable import Hypervisor

/// The lab's libvirt, with names of one test's own and their removal at its end.
struct Lab: Sendable {
    /// What the lab wrote of itself; where systemd runs there is none, and the system's libvirt is used.
    private struct Record: Decodable {
        var uri = "qemu:///system"
        var pool = "clusterfile"
        var poolPath = "/var/lib/libvirt/images/clusterfile"
    }

    let host: Hypervisor
    let pool: String
    /// The folder of the pool.
    let folder: String
    /// What all names of this test begin with.
    let prefix: String

    private static let recordPath = "/run/clusterfile-lab/record.json"

    /// Runs a test, and removes whatever it made, in whatever way it ends.
    static func use(_ body: (Lab) async throws -> Void) async throws {
        var record = Record()
        if FileManager.default.fileExists(atPath: recordPath) {
            record = try JSONDecoder().decode(Record.self, from: Data(contentsOf: URL(fileURLWithPath: recordPath)))
        }
        let host: Hypervisor
        do {
            host = try await Hypervisor.connect(uri: record.uri)
        } catch {
            Issue.record("these tests need a libvirt: start it with scripts/lab start")
            throw error
        }
        let prefix = "test-\(String(UInt32.random(in: 0...UInt32.max), radix: 36))-"
        let lab = Lab(host: host, pool: record.pool, folder: record.poolPath, prefix: prefix)
        do {
            try await body(lab)
        } catch {
            try await lab.clean()
            throw error
        }
        try await lab.clean()
    }

    private func clean() async throws {
        // A log that libvirt wrote is no volume before.
        try await host.refresh(pool: pool)
        let found = try await host.observe(pool: pool) { [prefix] in $0.hasPrefix(prefix) }
        for domain in found.domains where domain.name.hasPrefix(prefix) {
            try await host.destroy(domain: domain.name)
            try await host.undefine(domain: domain.name)
        }
        for network in found.networks where network.name.hasPrefix(prefix) {
            try await host.destroy(network: network.name)
            try await host.undefine(network: network.name)
        }
        for volume in found.volumes { try await host.delete(volume: volume.name, pool: pool) }
    }

    func createRaw(_ name: String, sizeBytes: Int) async throws -> VolumeSnapshot {
        try await host.create(
            VolumeSpec(pool: pool, name: prefix + name, capacityBytes: UInt64(sizeBytes), format: .raw))
    }

    /// Defines a machine that has a disk and a channel and nothing to boot from, which is enough for QEMU.
    func defineMachine(
        _ name: String, consoleLog: String? = nil, _ change: (inout DomainHardware) -> Void = { _ in }
    ) async throws -> String {
        let disk = try await host.create(
            VolumeSpec(pool: pool, name: prefix + name, capacityBytes: 1 << 20, format: .qcow2))
        var spec = Samples.domain(prefix + name) {
            $0.memory = .init(bytes: 64 << 20)
            $0.processors = .init(count: 1, model: .maximum)
            $0.interfaces = []
            $0.disks = [.init(path: disk.path, format: .qcow2, access: .readWrite)]
            change(&$0)
        }
        spec.uuid = UUID().uuidString.lowercased()
        if let consoleLog { spec.consoleLogPath = folder + "/" + consoleLog }
        var element = try XMLReader.read(spec.xml)
        element.children.removeAll { $0.name == "os" }
        element.children.append(XMLElement("os", [XMLElement("type", ["arch": "x86_64"], text: "hvm")]))
        if consoleLog == nil, let devices = element.children.firstIndex(where: { $0.name == "devices" }) {
            // No log where the test is not about it: it would outlive the machine.
            element.children[devices].children.removeAll { $0.name == "serial" || $0.name == "console" }
        }
        try await host.define(domain: spec.name, xml: element.rendered())
        return spec.name
    }

    /// A network in a range for documentation (RFC 5737), which nothing else here should have.
    func network(_ name: String, gateway: String = "198.51.100.1", prefixLength: Int = 24) -> NetworkSpec {
        var spec = Samples.network(prefix + name) {
            $0.bridge = "t" + prefix.dropFirst(5) + name
            ($0.gateway, $0.prefixLength) = (gateway, prefixLength)
            $0.dnsHosts = []
        }
        spec.uuid = UUID().uuidString.lowercased()
        return spec
    }
}
