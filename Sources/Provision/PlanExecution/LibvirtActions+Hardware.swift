import Clusterfiles
import Hypervisor
import Planning

extension LibvirtActions {
    /// A guest that uses a device lets go of it when it likes to.
    private static let longestDetachment = Duration.seconds(30)

    /// Changes a machine that runs; its definition was written anew before.
    func change(_ machine: MachineSpec, _ domain: String, _ change: HardwareChange) async throws {
        switch change {
        case .processors(let count): try await hypervisor.setProcessors(count, ofDomain: domain)
        case .pinning:
            try await hypervisor.setPinning(
                MachineHardware(of: machine, folder: folder).pinning, ofDomain: domain)
        case .memory(let size): try await hypervisor.setMemory(UInt64(size.bytes), ofDomain: domain)
        case .attachDisk(let volume):
            let disk = try disk(volume, of: machine.name)
            try await hypervisor.attach(
                DomainHardware.Disk(disk, path: try await path(of: volume)), toDomain: domain)
        case .detachDisk(let volume):
            try await hypervisor.detachDisk(
                at: try await path(of: volume, in: domain), fromDomain: domain, deadline: .now + Self.longestDetachment)
        case .attachCard(let address):
            guard let card = machine.interfaces.first(where: { "\($0.macAddress)" == address }) else {
                preconditionFailure("a plan attaches cards of its spec only")
            }
            try await hypervisor.attach(DomainHardware.Interface(card), toDomain: domain)
        case .detachCard(let address):
            try await hypervisor.detachInterface(
                mac: address, fromDomain: domain, deadline: .now + Self.longestDetachment)
        }
    }

    /// Where a domain has a disk, whose volume may be gone.
    private func path(of volume: String, in domain: String) async throws -> String {
        if let found = try await hypervisor.volume(volume, pool: pool) { return found.path }
        let disks = try await hypervisor.domain(domain)?.running?.disks ?? []
        return disks.map(\.path).first { $0.split(separator: "/").last.map(String.init) == volume } ?? volume
    }

    /// A disk that a plan's step names.
    func disk(_ volume: String, of machine: String) throws -> MachineSpec.DataDisk {
        guard let disk = try wanted(machine).disks.first(where: { $0.volume == volume }) else {
            preconditionFailure("a plan makes and attaches disks of its spec only")
        }
        return disk
    }
}
