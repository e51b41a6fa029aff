import Clusterfiles
import Hypervisor
import Testing

@testable import PlanExecution

@Suite struct ClusterObserverTests {
    @Test func `a disk is seen with its image, and other people's volumes are not looked at`() async throws {
        let host = try await Samples.host()
        let image = "image.debian-12-k.disk"
        let disk = Samples.uuid.volumeName(machine: "a", disk: "system")
        let base = try await host.create(
            .init(pool: Samples.pool, name: image, capacityBytes: 3 << 30, format: .qcow2))
        _ = try await host.create(
            .init(
                pool: Samples.pool, name: disk, capacityBytes: 10 << 30, format: .qcow2,
                backing: .init(path: base.path, format: .qcow2)))
        _ = try await host.create(.init(pool: Samples.pool, name: "theirs", capacityBytes: 1 << 20, format: .raw))

        let observer = ClusterObserver(hypervisor: host, pool: Samples.pool, cluster: Samples.uuid)
        let seen = try await observer.observe()
        #expect(seen.volumes.map(\.name) == [disk, image])
        #expect(seen.volumes.map(\.backingVolume) == [image, nil])
        #expect(seen.volumes.map(\.capacity) == [.gibibytes(10), .gibibytes(3)])
        // Its upload's last volume is not there.
        #expect(seen.volumes.map(\.isComplete) == [true, false])
        #expect(seen.machines.filter { $0.belongs(to: Samples.uuid) }.map(\.machine) == ["a"])

        try await host.delete(volume: image, pool: Samples.pool)
        #expect(try await observer.observe().volumes.map(\.backingVolume) == [image])
    }
}
