/// A machine image: a root disk, and either a kernel and an initrd that are started directly or a boot loader in the disk.
package struct MachineImage: Hashable, Sendable {
    /// What starts a machine of it.
    package enum Boot: Hashable, Sendable {
        /// A kernel and its initrd, with the kernel's command line; built here, for a seed of our own (`FirstBoot.seed`).
        case kernel(ImageFile, initrd: ImageFile, arguments: String)
        /// The disk's own boot loader, as images from elsewhere have it.
        case bootLoader
    }

    /// The name a Clusterfile uses, such as `debian-12`, or `debian-12-python` for a variant.
    package var name: String
    /// The hash of the recipe it was built from, or of the disk that was added.
    package var key: String
    package var disk: ImageFile
    package var diskFormat: DiskFormat
    package var boot: Boot
    /// The root disk's size as its guest sees it, in bytes: a machine's disk cannot be smaller.
    package var virtualBytes: Int

    /// Whether it was built here, and so reads the project's own seed; cloud-init starts others.
    package var isNative: Bool { boot != .bootLoader }

    package init(
        name: String, key: String, disk: ImageFile, diskFormat: DiskFormat = .qcow2, boot: Boot, virtualBytes: Int
    ) {
        self.name = name
        self.key = key
        self.disk = disk
        self.diskFormat = diskFormat
        self.boot = boot
        self.virtualBytes = virtualBytes
    }
}

extension MachineImage {
    /// The image that a manifest describes; nil for one of another kind.
    package init?(_ manifest: ImageManifest) throws(ImageError) {
        guard manifest.kind == .machine else { return nil }
        guard let disk = manifest.file("disk.qcow2") ?? manifest.file("disk.raw") else {
            throw ImageError.unreadable(
                path: manifest.folder + "/" + ImageManifest.fileName, reason: "it lists no disk.qcow2 or disk.raw")
        }
        let header = try DiskHeader(ofFile: disk.path)
        var boot = Boot.bootLoader
        if let kernel = manifest.file("vmlinuz"), let initrd = manifest.file("initrd"),
            let arguments = manifest.kernelArguments
        {
            boot = .kernel(kernel, initrd: initrd, arguments: arguments)
        }
        self.init(
            name: manifest.name, key: manifest.key, disk: disk, diskFormat: header.format, boot: boot,
            virtualBytes: header.virtualBytes)
    }
}
