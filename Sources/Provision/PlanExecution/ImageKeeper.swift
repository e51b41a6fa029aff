import Diagnostics
package import Hypervisor
package import MachineImages

/// The images of this host and what the pool holds of them: says who uses which, and removes what nobody uses.
package struct ImageKeeper: Sendable {
    package var hypervisor: Hypervisor
    package var pool: String
    package var catalogue: ImageCatalogue

    package init(hypervisor: Hypervisor, pool: String, catalogue: ImageCatalogue) {
        self.hypervisor = hypervisor
        self.pool = pool
        self.catalogue = catalogue
    }

    /// What the pool holds for all clusters alike, with the machines that need it.
    package func shared() async throws -> [SharedVolume] {
        PoolUsage(try await hypervisor.observe(pool: pool)).shared
    }

    /// The stem of an image's volumes.
    package static func stem(of image: ImageManifest) -> String? {
        // An image that cannot be read has no volumes that could be named.
        (try? MachineImage(image)).map { ImageVolumes($0).stem }
    }

    /// What removing an image of that name would remove: its folders, of all builds, and its volumes; or who needs it.
    package func removal(of name: String) async throws -> Removal {
        // One that cannot be read has no name to be removed by.
        let manifests = catalogue.manifests().compactMap { try? $0.get() }.filter { $0.name == name }
        let volumes = try await shared().filter { $0.imageName == name }
        guard !manifests.isEmpty || !volumes.isEmpty else {
            throw ImageError.unknown(
                name: name, known: catalogue.newest().map(\.name), folder: catalogue.folder)
        }
        let users = Set(volumes.flatMap(\.users)).sorted()
        guard users.isEmpty else {
            throw Diagnosis(
                "the image '\(name)' is in use", why: "it is below the disks of \(users.joined(separator: ", "))",
                fix: "remove those machines first (clusterfile down), or leave it")
        }
        return Removal(manifests: manifests, leftovers: [], volumes: volumes)
    }

    /// What nobody needs: earlier builds and additions, what was cut short, and the pool's volumes of them.
    ///
    /// Images that a Clusterfile may name stay, and so do their volumes.
    package func prunable() async throws -> Removal {
        let newest = Set(catalogue.newest())
        let wanted = Set(newest.compactMap(Self.stem))
        return Removal(
            // One that cannot be read is left to `image verify`, which says so.
            manifests: catalogue.manifests().compactMap { try? $0.get() }.filter { !newest.contains($0) },
            leftovers: catalogue.leftovers(),
            volumes: try await shared().filter { $0.users.isEmpty && !wanted.contains($0.stem) })
    }

    /// Removes it, while no command uploads an image or builds one.
    package func carryOut(_ what: (ImageKeeper) async throws -> Removal) async throws -> Removal {
        try await ClusterLock.hold(.images, purpose: "the removal of images") {
            // Looked at anew: meanwhile a machine may have been made of one.
            let removal = try await what(self)
            if removal.volumes.contains(where: { $0.stem.hasPrefix(WarmDisk.prefix) }) { try await endAbandoned() }
            for volume in removal.volumes {
                // The marker first: without it the others are an upload cut short.
                for name in volume.names.filter({ $0.hasSuffix(".complete") }) + volume.names {
                    try await hypervisor.delete(volume: name, pool: pool)
                }
            }
            for manifest in removal.manifests { try catalogue.remove(manifest) }
            for leftover in removal.leftovers { try catalogue.remove(leftover: leftover) }
            return removal
        }
    }

    /// Ends machines that prepared a warm disk when their command was killed; fails while one goes on.
    private func endAbandoned() async throws {
        try await ClusterLock.hold(.warm, purpose: "the removal of warm disks") {
            try await hypervisor.removeWarmMachines(pool: pool)
        }
    }

    /// Folders and volumes that go.
    package struct Removal: Hashable, Sendable {
        package var manifests: [ImageManifest]
        package var leftovers: [String]
        package var volumes: [SharedVolume]

        package var isEmpty: Bool { manifests.isEmpty && leftovers.isEmpty && volumes.isEmpty }
        /// What goes, a line each.
        package var lines: [String] { manifests.map(\.folder) + leftovers + volumes.map { "the volume \($0.stem)" } }
        package var bytes: Int {
            manifests.reduce(0) { $0 + $1.bytes } + volumes.reduce(0) { $0 + Int($1.bytes) }
        }
    }
}
