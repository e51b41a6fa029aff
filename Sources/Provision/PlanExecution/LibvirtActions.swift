package import Clusterfiles
import Diagnostics
package import Hypervisor
package import MachineImages
package import Planning

/// Does a plan's actions to libvirt. Each may be repeated: what is already as it should be is left alone.
package struct LibvirtActions: Sendable {
    package var hypervisor: Hypervisor
    package var pool: String
    package var spec: ClusterSpec?
    package var images: [String: MachineImage]
    /// The warm disk that a machine's disk is made an overlay of in place of its image's.
    package var warmVolumes: [String: String] = [:]
    package var virtualization: DomainHardware.Virtualization
    /// The folder of the libvirt host where machines' consoles are logged.
    package var consoleFolder: String
    /// The volume with the agents, or nil where machines get none.
    package var agentVolume: String?
    /// The Clusterfile's folder, to which its paths are relative.
    package var folder = ""
    /// Makes a machine's seed, whose keys the caller keeps.
    package var seed: @Sendable (MachineSpec) throws -> [UInt8]
    /// Told what a person should know beside the outcome.
    package var warn: @Sendable (String) -> Void = { _ in }
    /// Told who has the host's lock, where it has to be waited for.
    package var waiting: @Sendable (ClusterLocked) -> Void = { _ in }
    /// The addresses of this host.
    var hostInterfaces: @Sendable () throws -> [HostInterface] = { try HostInterface.all() }

    package init(
        hypervisor: Hypervisor, pool: String, spec: ClusterSpec?, images: [String: MachineImage],
        virtualization: DomainHardware.Virtualization, consoleFolder: String, agentVolume: String?,
        seed: @escaping @Sendable (MachineSpec) throws -> [UInt8]
    ) {
        self.hypervisor = hypervisor
        self.pool = pool
        self.spec = spec
        self.images = images
        self.virtualization = virtualization
        self.consoleFolder = consoleFolder
        self.agentVolume = agentVolume
        self.seed = seed
    }

    package func perform(_ action: Action) async throws {
        switch action {
        case .uploadImage(let image, let volume): try await upload(try wanted(image), as: ImageVolumes(disk: volume))
        case .createNetwork(let name): try await createNetwork(name, try cluster())
        case .startNetwork(let name): try await startNetwork(name)
        case .updateNetwork(let name): try await hypervisor.update(try networkSpec(name))
        case .stopNetwork(let name): try await hypervisor.destroy(network: name)
        case .deleteNetwork(let name): try await hypervisor.undefine(network: name)
        case .createDisk(let machine, let volume, let base):
            try await createDisk(try wanted(machine), volume, base: base)
        case .createDataDisk(let machine, let volume): try await createDataDisk(try disk(volume, of: machine))
        case .growDisk(let machine, let volume, let size):
            try await hypervisor.resizeDisk(
                at: try await path(of: volume), ofDomain: try wanted(machine).domainName, toBytes: UInt64(size.bytes))
        case .createSeed(let machine, let volume): try await createSeed(try wanted(machine), volume)
        case .deleteVolume(let name): try await deleteVolume(name)
        case .defineMachine(let machine, _): try await define(try wanted(machine))
        case .change(let machine, let domain, let change): try await self.change(try wanted(machine), domain, change)
        case .startMachine(_, let domain): try await hypervisor.start(domain: domain)
        case .resumeMachine(_, let domain): try await hypervisor.resume(domain: domain)
        case .suspendMachine(_, let domain): try await hypervisor.suspend(domain: domain)
        case .stopMachine(let machine, let domain, let gently): try await stop(machine, domain, gently: gently)
        case .undefineMachine(_, let domain): try await remove(domain)
        }
    }

    // MARK: Networks and domains

    private func claim() throws -> NetworkClaim {
        var observer = ClusterObserver(hypervisor: hypervisor, pool: pool, cluster: try cluster().uuid)
        observer.interfaces = hostInterfaces
        return NetworkClaim(observer: observer, waiting: waiting)
    }

    /// Makes and starts it in one moment, for a range is taken only by a network that is active; one that does not start goes.
    /// One that is there is defined anew and goes on as it is.
    private func createNetwork(_ name: String, _ cluster: ClusterSpec) async throws {
        try await claim().whileFree(cluster) {
            let isThere = try await hypervisor.networks().contains { $0.name == name }
            try await hypervisor.define(try networkSpec(name))
            if isThere { return }
            do {
                try await hypervisor.start(network: name)
            } catch {
                try await hypervisor.undefine(network: name)
                throw error
            }
        }
    }

    /// Without a spec, libvirt's own look at the range has to do.
    private func startNetwork(_ name: String) async throws {
        guard let spec else { return try await hypervisor.start(network: name) }
        try await claim().whileFree(spec) { try await hypervisor.start(network: name) }
    }

    private func networkSpec(_ name: String) throws -> LibvirtNetworkSpec {
        let cluster = try cluster()
        guard let network = cluster.madeNetworks.first(where: { $0.name == name }) else {
            preconditionFailure("a plan makes networks of its spec only")
        }
        return LibvirtNetworkSpec(
            name: network.name, uuid: network.uuid, configuration: NetworkConfiguration(network, of: cluster),
            metadata: ClusterMetadata(
                cluster: cluster.uuid.text, clusterName: cluster.name, name: network.name, spec: network.specHash))
    }

    private func define(_ machine: MachineSpec) async throws {
        let cluster = try cluster()
        try await hypervisor.define(
            DomainSpec(
                machine, of: cluster,
                MachineParts(
                    systemDisk: try await path(of: machine.diskVolume), seed: try await path(of: machine.seedVolume),
                    dataDisks: try await dataDisks(of: machine), agents: try await agentDisk(of: machine),
                    boot: try await boot(of: machine), virtualization: virtualization,
                    consoleLog: consoleFolder + "/" + Hypervisor.consoleLogName(ofDomain: machine.domainName),
                    folder: folder)))
    }

    private func dataDisks(of machine: MachineSpec) async throws -> [String: String] {
        var paths: [String: String] = [:]
        for disk in machine.disks { paths[disk.volume] = try await path(of: disk.volume) }
        return paths
    }

    /// The volume with the agents: the newest for a machine that has not started yet, else the one that it has.
    private func agentDisk(of machine: MachineSpec) async throws -> String? {
        let had = try await hypervisor.domain(machine.domainName)?.defined?.disks.first {
            $0.serial == AgentDisk.serial
        }
        if let had { return had.path }
        guard let agentVolume else { return nil }
        return try await path(of: agentVolume)
    }

    /// The kernel belongs to the disk, which has its modules, also where the catalogue has a later image by now.
    private func boot(of machine: MachineSpec) async throws -> DomainHardware.Boot {
        let image: MachineImage = try wanted(machine.image.description)
        guard case .kernel(_, _, let arguments) = image.boot else { return .disk }
        var below = try await found(machine.diskVolume).backingVolume
        if let name = below, WarmDisk.isDisk(name) { below = try await found(name).backingVolume }
        let volumes = below.flatMap(ImageVolumes.init(ofDisk:)) ?? ImageVolumes(image)
        return .kernel(
            .init(
                kernelPath: try await path(of: volumes.kernel), initrdPath: try await path(of: volumes.initrd),
                arguments: arguments))
    }

    private func stop(_ machine: String, _ domain: String, gently: Bool) async throws {
        if gently {
            do {
                return try await hypervisor.shutDown(domain: domain, deadline: .now + .seconds(60))
            } catch let error as CancellationError {
                throw error
            } catch HypervisorError.timedOut {
                warn("machine '\(machine)' did not shut down within 60 s: its power is cut")
            }
        }
        try await hypervisor.destroy(domain: domain)
    }

    /// The console's log before the domain: while the domain is there, the log is known to be this cluster's, so that what
    /// a killed run left is found by the next. A log without a domain is nobody's and stays: its name alone says nothing,
    /// since another user's cluster of the same name calls its domains the same.
    private func remove(_ domain: String) async throws {
        try await hypervisor.deleteConsoleLog(ofDomain: domain, pool: pool)
        try await hypervisor.undefine(domain: domain)
    }

    // MARK: What an action's names stand for

    private func cluster() throws -> ClusterSpec {
        guard let spec else { preconditionFailure("only a plan made from a spec creates anything") }
        return spec
    }

    func wanted(_ machine: String) throws -> MachineSpec {
        guard let found = try cluster().machine(named: machine) else {
            preconditionFailure("a plan creates machines of its spec only")
        }
        return found
    }

    func wanted(_ image: String) throws -> MachineImage {
        guard let found = images[image] else {
            throw ImageError.unknown(name: image, known: images.keys.sorted(), folder: "the catalogue")
        }
        return found
    }
}
