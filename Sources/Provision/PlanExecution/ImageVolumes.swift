package import MachineImages

/// The volumes that hold one image in a pool. The marker comes last: without it the others are an upload cut short.
package struct ImageVolumes: Hashable, Sendable {
    package var disk: String
    package var kernel: String
    package var initrd: String
    package var marker: String

    package init(_ image: MachineImage) { self.init(disk: "image.\(image.name)-\(image.key).disk") }

    /// The volumes that belong to a disk's; a planner knows an image by that one name.
    package init(disk: String) {
        let stem = String(disk.dropLast(".disk".count))
        self.disk = disk
        kernel = stem + ".kernel"
        initrd = stem + ".initrd"
        marker = stem + ".complete"
    }

    /// Whether a volume's name is an image's disk.
    package static func isDisk(_ name: String) -> Bool { name.hasPrefix("image.") && name.hasSuffix(".disk") }
}
