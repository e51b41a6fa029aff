import Hypervisor
import Testing

@testable import MachineImages
@testable import PlanExecution

@Suite struct LibvirtActionsTests {
    @Test func `an image that another command completed meanwhile is neither deleted nor uploaded again`() async throws
    {
        let host = try await Samples.host()
        let file = ImageFile(path: "/nonexistent", sha256: "0123456789abcdef", bytes: 1 << 20)
        let image = MachineImage(
            name: "debian-12", key: "k", disk: file, boot: .kernel(file, initrd: file, arguments: ""),
            virtualBytes: 3 << 30)
        let volumes = ImageVolumes(image)
        #expect(volumes.disk == "image.debian-12-k-0123456789ab.disk")
        let names = [volumes.kernel, volumes.initrd, volumes.disk, volumes.marker]
        for name in names {
            _ = try await host.create(.init(pool: Samples.pool, name: name, capacityBytes: 1 << 20, format: .raw))
        }
        let actions = LibvirtActions(
            hypervisor: host, pool: Samples.pool, spec: try Samples.spec(), images: ["debian-12": image],
            virtualization: .emulated, consoleFolder: "", agentVolume: nil,
            seed: { _ in preconditionFailure("images only") })
        try await actions.perform(.deleteVolume(volumes.disk))
        try await actions.perform(.uploadImage(image: "debian-12", volume: volumes.disk))
        #expect(try await host.observe(pool: Samples.pool).volumeNames == names.sorted())

        // Cut short: no marker.
        try await host.delete(volume: volumes.marker, pool: Samples.pool)
        try await actions.perform(.deleteVolume(volumes.disk))
        #expect(try await host.volume(volumes.disk, pool: Samples.pool) == nil)
        await #expect(throws: (any Error).self) {
            try await actions.perform(.uploadImage(image: "debian-12", volume: volumes.disk))
        }
    }
}
