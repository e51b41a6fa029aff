import Clusterfiles
import Diagnostics
import Hypervisor
import MachineImages
import Planning

/// What a plan's actions need beside the plan.
extension ClusterLifecycle {
    func actions(for plan: Plan, _ spec: ClusterSpec, _ clusterfile: String) async throws -> (
        SiteActions, warm: [String: WarmDisk]
    ) {
        let parts = try await sites.onAll { site in
            try await at(site).localActions(
                for: plan.part(on: site.name), spec.part(on: site, of: sites), clusterfile)
        }
        var all = (SiteActions(bySite: [:]), warm: [String: WarmDisk]())
        for (site, part) in zip(sites.all, parts) {
            all.0.bySite[site.name] = part.0
            all.warm.merge(part.warm) { first, _ in first }
        }
        return all
    }

    /// Those of one site.
    private func localActions(for plan: Plan, _ spec: ClusterSpec, _ clusterfile: String) async throws -> (
        LibvirtActions, warm: [String: WarmDisk]
    ) {
        let images = try await supply(clusterfile).images(of: spec)
        var actions = LibvirtActions(
            hypervisor: hypervisor, pool: pool, spec: spec, images: images,
            virtualization: plan.definesMachines ? try await virtualization(images) : .emulated,
            consoleFolder: try await consoleFolder(), agentVolume: try await agentVolume(for: plan, spec),
            seed: { try FirstBoot(of: $0, in: spec, credentials: credentials).bytes(for: $0.firstBoot) })
        actions.folder = Self.folder(of: clusterfile)
        actions.hostInterfaces = { [site = sites.all[0]] in try site.interfaces() }
        actions.warn = { [progress] in progress.report(.warning($0)) }
        actions.waiting = tellWaiting
        let warm = try warmDisks(for: plan, spec, images, clusterfile)
        actions.warmVolumes = try await warmVolumes(warm)
        return (actions, warm)
    }

    private var tellWaiting: @Sendable (ClusterLocked) -> Void {
        { [progress] locked in progress.report(.note(locked.note)) }
    }

    /// The volume with what the playbook installs, where a machine is going to be made and there is a playbook.
    private func agentVolume(for plan: Plan, _ spec: ClusterSpec) async throws -> String? {
        plan.definesMachines && spec.playbook != nil ? try await agentVolume() : nil
    }

    /// The volume with what the playbook installs.
    func agentVolume() async throws -> String {
        // The runner first: its machine reads no further than that.
        let programs = ["clusterfile-runner", "clusterfile-node", "clusterfile-master"].map {
            programsFolder + "/" + $0
        }
        return try await AgentDisk(hypervisor: hypervisor, pool: pool, waiting: tellWaiting)
            .ensure(programs + catalogue.containerArchives())
    }

    /// How machines' processors are made; where it is the slow way, a line says so and why.
    func virtualization(_ images: [String: MachineImage]) async throws -> DomainHardware.Virtualization {
        let reason: String
        if try await !hypervisor.offersKVM() {
            reason = (sites.all[0].name.map { "hypervisor '\($0)'" } ?? "this libvirt") + " offers no KVM"
        } else if sites.all[0].jumpHost == nil, let (kernel, initrd) = kernel(images),
            try await !VirtualizationProbe(cacheFolder: "/var/cache/clusterfile").kvmBoots(kernel, initrd: initrd)
        {
            reason = "KVM does not boot the image here, though libvirt lists it"
        } else {
            return .kvm
        }
        progress.report(.warning("machines run without hardware virtualization, several times slower: \(reason)"))
        return .emulated
    }

    /// A kernel to try: one of these images', else any that was built here.
    private func kernel(_ images: [String: MachineImage]) -> (ImageFile, initrd: ImageFile)? {
        for images in [images, catalogue.images()] {
            for image in images.values.sorted(by: { $0.name < $1.name }) {
                if case .kernel(let kernel, let initrd, _) = image.boot { return (kernel, initrd) }
            }
        }
        return nil
    }

    /// The folder of libvirt's host where consoles are logged.
    package func consoleFolder() async throws -> String {
        guard let found = try await hypervisor.pool(pool) else {
            throw Diagnosis(
                "libvirt has no storage pool '\(pool)'", why: "images and disks are kept in it",
                fix: "run scripts/lab start, which makes it")
        }
        guard found.isActive else {
            throw Diagnosis(
                "libvirt's storage pool '\(pool)' is not active", why: "images and disks are kept in it",
                fix: "see whether its folder \(found.path) is there, and start it: virsh pool-start \(pool)")
        }
        return found.path
    }
}

extension Plan {
    /// Whether a domain is made or made anew.
    fileprivate var definesMachines: Bool {
        steps.contains { if case .defineMachine = $0.action { true } else { false } }
    }
}
