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
    package var virtualization: DomainHardware.Virtualization
    /// The folder of the libvirt host where machines' consoles are logged.
    package var consoleFolder: String
    /// The volume with the agents, or nil where machines get none.
    package var agentVolume: String?
    /// Makes a machine's seed, whose keys the caller keeps.
    package var seed: @Sendable (MachineSpec) throws -> SeedArchive
    /// Told what a person should know beside the outcome.
    package var warn: @Sendable (String) -> Void = { _ in }
    /// Told who has the host's lock, where it has to be waited for.
    package var waiting: @Sendable (ClusterLocked) -> Void = { _ in }
    /// The addresses of this host.
    var hostInterfaces: @Sendable () throws -> [HostInterface] = { try HostInterface.all() }

    package init(
        hypervisor: Hypervisor, pool: String, spec: ClusterSpec?, images: [String: MachineImage],
        virtualization: DomainHardware.Virtualization, consoleFolder: String, agentVolume: String?,
        seed: @escaping @Sendable (MachineSpec) throws -> SeedArchive
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
        case .stopNetwork(let name): try await hypervisor.destroy(network: name)
        case .deleteNetwork(let name): try await hypervisor.undefine(network: name)
        case .createDisk(let machine, let volume, let base):
            try await createDisk(try wanted(machine), volume, base: base)
        case .createSeed(let machine, let volume): try await createSeed(try wanted(machine), volume)
        case .deleteVolume(let name): try await deleteVolume(name)
        case .defineMachine(let machine, _): try await define(try wanted(machine))
        case .startMachine(_, let domain): try await hypervisor.start(domain: domain)
        case .resumeMachine(_, let domain): try await hypervisor.resume(domain: domain)
        case .suspendMachine(_, let domain): try await hypervisor.suspend(domain: domain)
        case .stopMachine(let machine, let domain, let gently): try await stop(machine, domain, gently: gently)
        case .undefineMachine(_, let domain): try await remove(domain)
        }
    }

    // MARK: Volumes

    /// Images are all clusters': one command uploads, and who waited for it finds the image there.
    private func upload(_ image: MachineImage, as volumes: ImageVolumes) async throws {
        try await ClusterLock.hold(.images, purpose: "the upload of image '\(image.name)'", waiting: waiting) {
            if try await isComplete(volumes) { return }
            // First, for it may be left of an image whose disk was deleted.
            try await hypervisor.delete(volume: volumes.marker, pool: pool)
            for (name, file) in [
                (volumes.kernel, image.kernel), (volumes.initrd, image.initrd), (volumes.disk, image.disk),
            ] {
                try ImageCatalogue.verify(file)
                try await replaceVolume(name, bytes: file.bytes, mode: 0o644)
                try await hypervisor.upload(file: file.path, toVolume: name, pool: pool)
            }
            try await replaceVolume(volumes.marker, bytes: 1 << 20, mode: 0o644)
            // Its real size as an overlay's base is in its header, which libvirt reads anew.
            try await hypervisor.refresh(pool: pool)
        }
    }

    private func isComplete(_ volumes: ImageVolumes) async throws -> Bool {
        for name in [volumes.kernel, volumes.initrd, volumes.disk, volumes.marker]
        where try await hypervisor.volume(name, pool: pool) == nil { return false }
        return true
    }

    private func deleteVolume(_ name: String) async throws {
        guard let image = ImageVolumes(ofDisk: name) else {
            return try await hypervisor.delete(volume: name, pool: pool)
        }
        // What looked like an upload that was cut short may have been one that went on.
        try await ClusterLock.hold(.images, purpose: "the removal of \(name)", waiting: waiting) {
            if try await isComplete(image) { return }
            try await hypervisor.delete(volume: name, pool: pool)
        }
    }

    private func replaceVolume(_ name: String, bytes: Int, mode: UInt16) async throws {
        try await hypervisor.delete(volume: name, pool: pool)
        _ = try await hypervisor.create(
            LibvirtVolumeSpec(pool: pool, name: name, capacityBytes: UInt64(bytes), format: .raw, mode: mode))
    }

    private func createDisk(_ machine: MachineSpec, _ volume: String, base: String) async throws {
        _ = try await hypervisor.create(
            LibvirtVolumeSpec(
                pool: pool, name: volume, capacityBytes: UInt64(machine.systemDisk.size.bytes), format: .qcow2,
                backing: .init(path: try await path(of: base), format: .qcow2)))
    }

    private func createSeed(_ machine: MachineSpec, _ volume: String) async throws {
        let bytes = try seed(machine).bytes
        try await replaceVolume(volume, bytes: bytes.count, mode: 0o600)
        try await hypervisor.upload(bytes, toVolume: volume, pool: pool)
    }

    private func path(of volume: String) async throws -> String { try await found(volume).path }

    private func found(_ volume: String) async throws -> LibvirtVolumeSnapshot {
        guard let found = try await hypervisor.volume(volume, pool: pool) else {
            throw Diagnosis(
                "the volume \(volume) is gone", why: "the pool '\(pool)' had it a moment ago",
                fix: "run clusterfile up again")
        }
        return found
    }

    // MARK: Networks and domains

    private func claim() throws -> NetworkClaim {
        var observer = ClusterObserver(hypervisor: hypervisor, pool: pool, cluster: try cluster().uuid)
        observer.interfaces = hostInterfaces
        return NetworkClaim(observer: observer, waiting: waiting)
    }

    /// Makes and starts it in one moment, for a range is taken only by a network that is active; one that does not start goes.
    private func createNetwork(_ name: String, _ cluster: ClusterSpec) async throws {
        try await claim().whileFree(cluster) {
            try await hypervisor.define(networkSpec(cluster))
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

    private func networkSpec(_ cluster: ClusterSpec) -> LibvirtNetworkSpec {
        LibvirtNetworkSpec(
            name: cluster.network.name, uuid: cluster.uuid.domainUUID(ofMachine: "network " + cluster.network.name),
            configuration: .init(
                mode: .nat, bridge: cluster.network.bridge, gateway: "\(cluster.network.host)",
                prefixLength: cluster.network.range.prefixLength,
                dnsHosts: cluster.dnsHosts(of: cluster.network).map {
                    .init(address: "\($0.address)", names: $0.names)
                }),
            metadata: ClusterMetadata(
                cluster: cluster.uuid.text, clusterName: cluster.name, name: cluster.network.name,
                spec: cluster.network.specHash))
    }

    private func define(_ machine: MachineSpec) async throws {
        let (cluster, image) = (try cluster(), try wanted(machine.image.description) as MachineImage)
        let disk = try await found(machine.diskVolume)
        // The kernel belongs to the disk, which has its modules, also where the catalogue has a later image by now.
        let volumes = disk.backingVolume.flatMap(ImageVolumes.init(ofDisk:)) ?? ImageVolumes(image)
        var more = [
            ObservedCluster.Attribute.address: "\(machine.address)", ObservedCluster.Attribute.user: cluster.user,
        ]
        more[ObservedCluster.Attribute.role] = machine.role?.rawValue
        var disks: [DomainHardware.Disk] = [
            .init(path: disk.path, format: .qcow2, access: .readWrite),
            .init(path: try await path(of: machine.seedVolume), format: .raw, access: .readOnly, serial: "seed"),
        ]
        if let agentVolume {
            disks.append(
                .init(path: try await path(of: agentVolume), format: .raw, access: .readOnly, serial: AgentDisk.serial))
        }
        try await hypervisor.define(
            DomainSpec(
                name: machine.domainName, uuid: machine.domainUUID,
                hardware: DomainHardware(
                    virtualization: virtualization,
                    processors: .init(count: machine.processor.count, model: .standard(virtualization)),
                    memory: .init(bytes: UInt64(machine.memory.size.bytes)),
                    boot: .kernel(
                        .init(
                            kernelPath: try await path(of: volumes.kernel),
                            initrdPath: try await path(of: volumes.initrd), arguments: image.kernelArguments)),
                    disks: disks,
                    interfaces: [.init(.network(cluster.network.name), mac: "\(machine.macAddress)")]),
                consoleLogPath: consoleFolder + "/" + Hypervisor.consoleLogName(ofDomain: machine.domainName),
                metadata: ClusterMetadata(
                    cluster: cluster.uuid.text, clusterName: cluster.name, name: machine.name,
                    spec: "\(machine.specHash)", more: more)))
    }

    private func stop(_ machine: String, _ domain: String, gently: Bool) async throws {
        if gently {
            try await hypervisor.requestShutdown(domain: domain)
            do {
                return try await hypervisor.waitForShutdown(domain: domain, deadline: .now + .seconds(60))
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

    private func wanted(_ machine: String) throws -> MachineSpec {
        guard let found = try cluster().machine(named: machine) else {
            preconditionFailure("a plan creates machines of its spec only")
        }
        return found
    }

    private func wanted(_ image: String) throws -> MachineImage {
        guard let found = images[image] else {
            throw ImageError.unknown(name: image, known: images.keys.sorted(), folder: "the catalogue")
        }
        return found
    }
}
