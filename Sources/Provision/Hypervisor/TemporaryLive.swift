extension Hypervisor {
    package func setProcessors(_ count: Int, ofDomain domain: String) async throws {}
    package func setPinning(_ pinning: [Int: Set<Int>], count: Int, ofDomain domain: String) async throws {}
    package func setMemory(bytes: UInt64, ofDomain domain: String) async throws {}
    package func attach(_ disk: DomainHardware.Disk, toDomain domain: String) async throws {}
    package func attach(_ card: DomainHardware.Interface, toDomain domain: String) async throws {}
    package func detachDisk(named: String, pool: String, fromDomain domain: String) async throws {}
    package func detachInterface(mac: String, fromDomain domain: String) async throws {}
    package func resize(volume: String, pool: String, ofDomain domain: String, toBytes: UInt64) async throws {}
    package func update(network: String, to: NetworkSpec) async throws {}
    package func domain(_ name: String) async throws -> DomainSnapshot? { try await domains().first { $0.name == name } }
}
