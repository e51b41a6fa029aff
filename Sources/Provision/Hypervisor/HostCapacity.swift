import CLibvirt

/// What a libvirt host has, as it was found.
package struct HostCapacity: Hashable, Sendable {
    package var processors: Int
    package var memoryBytes: UInt64
    /// What nothing uses, with what the host's caches would give up.
    package var freeMemoryBytes: UInt64

    package init(processors: Int, memoryBytes: UInt64, freeMemoryBytes: UInt64) {
        self.processors = processors
        self.memoryBytes = memoryBytes
        self.freeMemoryBytes = freeMemoryBytes
    }
}

extension Hypervisor {
    /// What the libvirt host has of processors and memory; `pool(_:)` tells of its disks.
    package func capacity() async throws -> HostCapacity {
        try await call { connection in
            var info = virNodeInfo()
            try HypervisorError.check(virNodeGetInfo(connection, &info), "look at the host")
            let memory = try Self.memoryStatistics(connection)
            return HostCapacity(
                processors: Int(info.cpus), memoryBytes: (memory["total"] ?? UInt64(info.memory)) << 10,
                freeMemoryBytes: ["free", "buffers", "cached"].compactMap { memory[$0] }.reduce(0, +) << 10)
        }
    }

    /// The host's memory in KiB by libvirt's names.
    private static func memoryStatistics(_ connection: virConnectPtr) throws(HypervisorError) -> [String: UInt64] {
        var count: Int32 = 0
        let (everywhere, action) = (
            Int32(VIR_NODE_MEMORY_STATS_ALL_CELLS.rawValue), "look at the host's memory"
        )
        try HypervisorError.check(virNodeGetMemoryStats(connection, everywhere, nil, &count, 0), action)
        var found = [virNodeMemoryStats](repeating: virNodeMemoryStats(), count: Int(count))
        try HypervisorError.check(
            virNodeGetMemoryStats(connection, everywhere, &found, &count, 0), action)
        return Dictionary(
            found.map { entry in
                withUnsafeBytes(of: entry.field) { name in
                    (String(decoding: name.prefix { $0 != 0 }, as: UTF8.self), entry.value)
                }
            }
        ) { $1 }
    }
}
