import Diagnostics
import Foundation
import Hypervisor
import MachineImages
import Testing

@testable import PlanExecution

@Suite struct ImageKeeperTests {
    private let catalogue = ImageCatalogue(folder: Samples.folder())

    /// The catalogue's folder of an image, and its volumes in the pool.
    private func image(_ name: String, _ content: UInt8, in host: Hypervisor) async throws -> ImageVolumes {
        var disk = [UInt8](repeating: content, count: 512)
        (disk[510], disk[511]) = (0x55, 0xAA)
        let file = Samples.folder()
        try Data(disk).write(to: URL(fileURLWithPath: file))
        try await catalogue.add(.file(path: file, sha256: nil), name: name) { _, _ in }
        let volumes = ImageVolumes(try catalogue.image(named: name))
        for volume in [volumes.disk, volumes.marker] { try await make(volume, in: host) }
        return volumes
    }

    private func make(_ volume: String, in host: Hypervisor) async throws {
        _ = try await host.create(.init(pool: Samples.pool, name: volume, capacityBytes: 1 << 20, format: .raw))
    }

    private func names(_ host: Hypervisor) async throws -> [String] {
        try await host.observe(pool: Samples.pool).volumeNames
    }

    @Test func `an image goes with its volumes, another's and other people's stay`() async throws {
        let host = try await Samples.host()
        let keeper = ImageKeeper(hypervisor: host, pool: Samples.pool, catalogue: catalogue)
        _ = try await image("one", 1, in: host)
        let two = try await image("two", 2, in: host)
        try await make("mine", in: host)
        _ = try await keeper.carryOut { try await $0.removal(of: "one") }
        #expect(try await names(host) == [two.disk, two.marker, "mine"].sorted())
        #expect(catalogue.newest().map(\.name) == ["two"])
        await #expect(throws: ImageError.self) { try await keeper.removal(of: "one") }
    }

    @Test func `prune removes volumes of earlier builds and unused agents, and keeps what a Clusterfile may name`()
        async throws
    {
        let host = try await Samples.host()
        let keeper = ImageKeeper(hypervisor: host, pool: Samples.pool, catalogue: catalogue)
        let one = try await image("one", 1, in: host)
        let old = ["image.one-0000000000000000-000000000000.disk", "agents.1", "agents.1.complete", "warm.1.disk"]
        for name in old + ["mine"] { try await make(name, in: host) }
        try FileManager.default.createDirectory(
            atPath: catalogue.folder + "/two-1.building.x", withIntermediateDirectories: true)
        let removed = try await keeper.carryOut { try await $0.prunable() }
        #expect(removed.leftovers.map { $0.split(separator: "/").last } == ["two-1.building.x"])
        #expect(try await names(host) == [one.disk, one.marker, "mine"].sorted())
        #expect(try await keeper.prunable().isEmpty)
    }
}
