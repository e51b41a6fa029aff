import Testing

@testable import Hypervisor

/// Changes of machines that run and of machines that do not, as libvirt shows them afterwards, each done twice.
struct ChangeLabTests {
    private func look(_ lab: Lab, _ name: String) async throws -> DomainSnapshot {
        try #require(try await lab.host.domain(name))
    }

    private var soon: ContinuousClock.Instant { .now + .seconds(20) }

    @Test(arguments: [false, true])
    func processorsMemoryAndPinningChange(isRunning: Bool) async throws {
        try await Lab.use { lab in
            let name = try await lab.defineMachine("change") {
                $0.processors = .init(count: 1, maximum: 3, model: .maximum)
                $0.memory = .init(bytes: 64 << 20, maximumBytes: 128 << 20)
            }
            if isRunning { try await lab.host.start(domain: name) }
            for _ in 1...2 {
                try await lab.host.setProcessors(2, ofDomain: name)
                try await lab.host.setMemory(96 << 20, ofDomain: name)
                try await lab.host.setPinning([1: [0]], ofDomain: name)
            }
            var found = try await look(lab, name)
            let expected = DomainHardware.Processors(
                count: 2, maximum: 3, model: .maximum, pinning: [1: [0]])
            #expect(found.defined?.processors == expected)
            #expect(found.defined?.memory == .init(bytes: 96 << 20, maximumBytes: 128 << 20))
            #expect(found.running?.processors == (isRunning ? expected : nil))
            #expect(found.isAsRecorded == true)
            #expect(try await lab.host.statistics(ofDomain: name).processors == 2)
            await #expect(throws: HypervisorError.self) {
                try await lab.host.setProcessors(4, ofDomain: name)
            }
            await #expect(throws: HypervisorError.self) {
                try await lab.host.setMemory(1 << 30, ofDomain: name)
            }
            if isRunning {
                await #expect(
                    throws: HypervisorError.processorsCannotLeave(domain: name, count: 2, wanted: 1)
                ) {
                    try await lab.host.setProcessors(1, ofDomain: name)
                }
            }
            found = try await look(lab, name)
            #expect(found.defined?.processors == expected && found.isAsRecorded == true)
            try await lab.host.setPinning([:], ofDomain: name)
            found = try await look(lab, name)
            #expect((found.running ?? found.defined)?.processors.pinning == [:])
            #expect(found.defined?.processors.pinning == [:])
        }
    }

    @Test(arguments: [false, true])
    func disksAndNetworkCardsComeAndGo(isRunning: Bool) async throws {
        try await Lab.use { lab in
            let network = lab.network(
                "c", gateway: isRunning ? "192.0.2.65" : "192.0.2.129", prefixLength: 26)
            try await lab.host.define(network)
            try await lab.host.start(network: network.name)
            let name = try await lab.defineMachine("devices")
            if isRunning { try await lab.host.start(domain: name) }
            let before = try #require(try await look(lab, name).defined)
            let volume = try await lab.createRaw("data", sizeBytes: 1 << 20)
            let disk = DomainHardware.Disk(
                path: volume.path, format: .raw, access: .readWrite, serial: "data", cache: .writeback)
            let interface = DomainHardware.Interface(
                .network(network.name), mac: "52:54:00:AA:00:01", mtu: 1300)
            for _ in 1...2 {
                try await lab.host.attach(disk, toDomain: name)
                try await lab.host.attach(interface, toDomain: name)
            }
            var wanted = before
            wanted.disks.append(disk)
            wanted.interfaces.append(interface)
            let found = try await look(lab, name)
            #expect(found.defined == wanted)
            #expect(found.running?.disks == (isRunning ? wanted.disks : nil))
            #expect(found.running?.interfaces == (isRunning ? wanted.interfaces : nil))
            #expect(found.isAsRecorded == true)
            // What runs has no guest that could let go of a device.
            if !isRunning {
                for _ in 1...2 {
                    try await lab.host.detachDisk(at: disk.path, fromDomain: name, deadline: soon)
                    try await lab.host.detachInterface(mac: interface.mac, fromDomain: name, deadline: soon)
                }
                #expect(try await look(lab, name).defined == before)
                #expect(try await look(lab, name).isAsRecorded == true)
            } else {
                await #expect(throws: HypervisorError.self) {
                    try await lab.host.detachDisk(
                        at: disk.path, fromDomain: name, deadline: .now + .seconds(1))
                }
            }
        }
    }

    @Test(arguments: [false, true])
    func aDiskGrowsAndNeverShrinks(isRunning: Bool) async throws {
        try await Lab.use { lab in
            let name = try await lab.defineMachine("grows")
            let disk = try #require(try await look(lab, name).defined?.disks.first)
            if isRunning { try await lab.host.start(domain: name) }
            for _ in 1...2 {
                try await lab.host.resizeDisk(at: disk.path, ofDomain: name, toBytes: 3 << 20)
            }
            #expect(
                try await lab.host.volume(lab.prefix + "grows", pool: lab.pool)?.capacityBytes == 3 << 20)
            await #expect(
                throws: HypervisorError.diskCannotShrink(path: disk.path, bytes: 3 << 20, wanted: 2 << 20)
            ) { try await lab.host.resizeDisk(at: disk.path, ofDomain: name, toBytes: 2 << 20) }
            await #expect(throws: HypervisorError.notFound(.volume, name: "/no/such")) {
                try await lab.host.resizeDisk(at: "/no/such", ofDomain: name, toBytes: 2 << 20)
            }
        }
    }

    @Test(arguments: [false, true])
    func namesOfANetworkChange(isActive: Bool) async throws {
        try await Lab.use { lab in
            let range = isActive ? 192 : 224
            var spec = lab.network("u", gateway: "192.0.2.\(range + 1)", prefixLength: 27)
            func host(_ number: Int, _ name: String) -> NetworkConfiguration.DNSHost {
                .init(address: "192.0.2.\(range + number)", names: [name])
            }
            func reserved(_ number: Int, _ name: String) -> NetworkConfiguration.DHCP.Reservation {
                .init(mac: "52:54:00:00:00:0\(number)", name: name, address: "192.0.2.\(range + number)")
            }
            spec.configuration.dnsHosts = [host(2, "stays"), host(3, "goes"), host(4, "moves")]
            spec.configuration.dhcp = .init(
                range: nil, reservations: [reserved(5, "stays"), reserved(6, "goes")])
            try await lab.host.define(spec)
            if isActive { try await lab.host.start(network: spec.name) }
            spec.configuration.dnsHosts = [host(2, "stays"), host(3, "moves"), host(7, "new")]
            spec.configuration.dhcp = .init(
                range: nil, reservations: [reserved(5, "stays"), reserved(6, "new")])
            for _ in 1...2 {
                try await lab.host.updateNames(ofNetwork: spec.name, to: spec.configuration)
            }
            let found = try #require(try await lab.host.networks().first { $0.name == spec.name })
            #expect(found.isActive == isActive)
            #expect(found.defined == spec.configuration)
            #expect(found.running == (isActive ? spec.configuration : nil))
            #expect(found.isAsRecorded == true)
            if isActive { #expect(try await lab.host.leases(ofNetwork: spec.name).isEmpty) }
        }
    }

    @Test func aMachineStartsWithItsHostOrNot() async throws {
        try await Lab.use { lab in
            let (name, network) = (try await lab.defineMachine("auto"), lab.network("auto"))
            try await lab.host.define(network)
            for starts in [true, false] {
                try await lab.host.setStartsWithHost(starts, domain: name)
                try await lab.host.setStartsWithHost(starts, network: network.name)
                #expect(try await look(lab, name).startsWithHost == starts)
                #expect(
                    try await lab.host.networks().first { $0.name == network.name }?.startsWithHost == starts)
            }
        }
    }

    @Test func theHostSaysWhatItHas() async throws {
        try await Lab.use { lab in
            let capacity = try await lab.host.capacity()
            #expect(capacity.processors > 0 && capacity.freeMemoryBytes > 0)
            #expect(capacity.freeMemoryBytes < capacity.memoryBytes)
        }
    }
}
