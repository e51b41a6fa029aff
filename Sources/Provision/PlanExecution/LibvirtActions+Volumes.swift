import Clusterfiles
import Diagnostics
import Hypervisor
import MachineImages

extension LibvirtActions {
    /// Images are all clusters': one command uploads, and who waited for it finds the image there.
    func upload(_ image: MachineImage, as volumes: ImageVolumes) async throws {
        try await ClusterLock.hold(.images, purpose: "the upload of image '\(image.name)'", waiting: waiting) {
            if try await isComplete(volumes, image) { return }
            // First, for it may be left of an image whose disk was deleted.
            try await hypervisor.delete(volume: volumes.marker, pool: pool)
            for (name, file) in files(of: image, as: volumes) {
                try file.verify()
                try await replaceVolume(name, bytes: file.bytes, mode: 0o644)
                try await hypervisor.upload(file: file.path, toVolume: name, pool: pool)
            }
            try await replaceVolume(volumes.marker, bytes: 1 << 20, mode: 0o644)
            // Its real size as an overlay's base is in its header, which libvirt reads anew.
            try await hypervisor.refresh(pool: pool)
        }
    }

    private func files(of image: MachineImage, as volumes: ImageVolumes) -> [(volume: String, file: ImageFile)] {
        switch image.boot {
        case .kernel(let kernel, let initrd, _):
            [(volumes.kernel, kernel), (volumes.initrd, initrd), (volumes.disk, image.disk)]
        case .bootLoader: [(volumes.disk, image.disk)]
        }
    }

    /// Whether all volumes are there; of an image that is not known, its disk and its marker.
    private func isComplete(_ volumes: ImageVolumes, _ image: MachineImage?) async throws -> Bool {
        let names = image.map { files(of: $0, as: volumes).map(\.volume) } ?? [volumes.disk]
        for name in names + [volumes.marker] where try await hypervisor.volume(name, pool: pool) == nil { return false }
        return true
    }

    func deleteVolume(_ name: String) async throws {
        guard let image = ImageVolumes(ofDisk: name) else {
            return try await hypervisor.delete(volume: name, pool: pool)
        }
        // What looked like an upload that was cut short may have been one that went on.
        try await ClusterLock.hold(.images, purpose: "the removal of \(name)", waiting: waiting) {
            if try await isComplete(image, nil) { return }
            try await hypervisor.delete(volume: name, pool: pool)
        }
    }

    private func replaceVolume(_ name: String, bytes: Int, mode: UInt16) async throws {
        try await hypervisor.delete(volume: name, pool: pool)
        _ = try await hypervisor.create(
            LibvirtVolumeSpec(pool: pool, name: name, capacityBytes: UInt64(bytes), format: .raw, mode: mode))
    }

    func createDisk(_ machine: MachineSpec, _ volume: String, base: String) async throws {
        let image: MachineImage = try wanted(machine.image.description)
        _ = try await hypervisor.create(
            LibvirtVolumeSpec(
                pool: pool, name: volume, capacityBytes: UInt64(machine.systemDisk.size.bytes), format: .qcow2,
                backing: .init(
                    path: try await path(of: warmVolumes[machine.name] ?? base),
                    format: image.diskFormat == .raw ? .raw : .qcow2)))
    }

    func createSeed(_ machine: MachineSpec, _ volume: String) async throws {
        let bytes = try seed(machine)
        try await replaceVolume(volume, bytes: bytes.count, mode: 0o600)
        try await hypervisor.upload(bytes, toVolume: volume, pool: pool)
    }

    func path(of volume: String) async throws -> String { try await found(volume).path }

    func found(_ volume: String) async throws -> LibvirtVolumeSnapshot {
        guard let found = try await hypervisor.volume(volume, pool: pool) else {
            throw Diagnosis(
                "the volume \(volume) is gone", why: "the pool '\(pool)' had it a moment ago",
                fix: "run clusterfile up again")
        }
        return found
    }

    /// An empty disk beyond the system's, which takes only what is written.
    func createDataDisk(_ disk: MachineSpec.DataDisk) async throws {
        _ = try await hypervisor.create(
            LibvirtVolumeSpec(
                pool: pool, name: disk.volume, capacityBytes: UInt64(disk.size.bytes), format: .qcow2))
    }
}
