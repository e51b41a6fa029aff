/// A storage pool as it was found.
package struct PoolSnapshot: Hashable, Sendable {
    package var name: String
    /// The pool's folder on the libvirt host.
    package var path: String
    package var isActive: Bool
    package var capacityBytes: UInt64
    package var freeBytes: UInt64

    package init(name: String, path: String, isActive: Bool, capacityBytes: UInt64, freeBytes: UInt64) {
        self.name = name
        self.path = path
        self.isActive = isActive
        self.capacityBytes = capacityBytes
        self.freeBytes = freeBytes
    }
}
