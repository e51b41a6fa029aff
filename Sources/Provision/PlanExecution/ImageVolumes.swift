package import MachineImages

/// The volumes that hold one image in a pool. The marker comes last: without it the others are an upload cut short.
package struct ImageVolumes: Hashable, Sendable {
    /// What all of them begin with.
    package var stem: String
    package var disk: String
    package var kernel: String
    package var initrd: String
    package var marker: String

    /// The disk's content is in the name: a later build of one recipe has other bytes, and put in the place of the first
    /// it would change what is below every overlay of it.
    package init(_ image: MachineImage) {
        self.init(name: image.name, key: image.key, sha256: image.disk.sha256)
    }

    /// Those of an image of that name and key, whose disk has that digest.
    init(name: String, key: String, sha256: String) {
        self.init(disk: "image.\(name)-\(key)-\(sha256.prefix(12)).disk")
    }

    /// The volumes that belong to a disk's; a planner knows an image by that one name.
    package init(disk: String) {
        stem = String(disk.dropLast(".disk".count))
        self.disk = disk
        kernel = stem + ".kernel"
        initrd = stem + ".initrd"
        marker = stem + ".complete"
    }

    /// Those of an image whose disk has that name; nil where it is no image's.
    init?(ofDisk name: String) {
        guard Self.isDisk(name) else { return nil }
        self.init(disk: name)
    }

    /// Whether a volume's name is an image's disk.
    package static func isDisk(_ name: String) -> Bool { name.hasPrefix("image.") && name.hasSuffix(".disk") }
}
