/// A volume of a storage pool as it was found.
package struct VolumeSnapshot: Hashable, Sendable {
    package var pool: String
    package var name: String
    package var path: String
    /// The size that the guest sees.
    package var capacityBytes: UInt64
    /// What it takes on the host.
    package var allocationBytes: UInt64
    /// The file that it is an overlay of, there or not; nil where it is none.
    package var backingPath: String?

    package init(
        pool: String, name: String, path: String, capacityBytes: UInt64, allocationBytes: UInt64,
        backingPath: String? = nil
    ) {
        self.pool = pool
        self.name = name
        self.path = path
        self.capacityBytes = capacityBytes
        self.allocationBytes = allocationBytes
        self.backingPath = backingPath
    }

    /// The name that the volume it is an overlay of has or had in the same pool; nil for none, and for a file elsewhere.
    package var backingVolume: String? {
        guard let backingPath, let slash = path.lastIndex(of: "/"), backingPath.hasPrefix(path[...slash]) else {
            return nil
        }
        let name = backingPath.dropFirst(path[...slash].count)
        return name.isEmpty || name.contains("/") ? nil : String(name)
    }
}
