/// A volume of a storage pool as it was found.
package struct VolumeSnapshot: Hashable, Sendable {
    package var pool: String
    package var name: String
    package var path: String
    /// The size that the guest sees.
    package var capacityBytes: UInt64
    /// What it takes on the host.
    package var allocationBytes: UInt64

    package init(pool: String, name: String, path: String, capacityBytes: UInt64, allocationBytes: UInt64) {
        self.pool = pool
        self.name = name
        self.path = path
        self.capacityBytes = capacityBytes
        self.allocationBytes = allocationBytes
    }
}
