package import Clusterfiles
package import Credentials
import Diagnostics
import Hypervisor

/// A second cluster from a snapshot of a first, which is not touched: copies of its disks with the saved state in them, under
/// another UUID, with the first's addresses in a network and a network namespace of its own.
package struct ClusterFork: Sendable {
    package var keeper: SnapshotKeeper
    package var source: ObservedCluster
    /// The snapshot's name.
    package var snapshot: String
    package var name: String
    package var uuid: ClusterUUID
    package var sourceCredentials: CredentialStore
    package var credentials: CredentialStore

    package init(
        keeper: SnapshotKeeper, source: ObservedCluster, snapshot: String, name: String, uuid: ClusterUUID,
        sourceCredentials: CredentialStore, credentials: CredentialStore
    ) {
        self.keeper = keeper
        self.source = source
        self.snapshot = snapshot
        self.name = name
        self.uuid = uuid
        self.sourceCredentials = sourceCredentials
        self.credentials = credentials
    }

    /// A fork is of a cluster on one libvirt: its network is the host's alone.
    var hypervisor: Hypervisor { keeper.sites.all[0].hypervisor }

    /// Makes the second cluster; all or nothing. Call it with the first cluster's lock held: its states must stay.
    package func make() async throws {
        guard keeper.sites.all.count == 1 else {
            throw Diagnosis(
                "cannot fork '\(source.name)'",
                why: "it is on several hypervisors, and a fork is on one host, whose own its network is",
                fix: "restore '\(snapshot)' instead: clusterfile snapshot restore \(snapshot)")
        }
        let entry = try await keeper.requireRestorable(source, named: snapshot)
        let parts = try await readParts()
        try await requirePossible(parts)
        try sourceCredentials.copy(to: credentials, named: name)
        let journal = Journal(path: credentials.journalPath, command: "snapshot fork \(name)")
        do {
            try await journal.record("make the fork") { try await carryOut(parts, entry.content) }
        } catch {
            // Nothing may be left, also where the command is being ended.
            await Task { await undo() }.value
            throw error
        }
        journal.end()
        if entry.content == .disksAndMemory {
            try await keeper.setClocks(try await forked().machines, after: "'\(name)' runs")
        }
    }

    /// One machine's part: what the first has, and what becomes of it.
    struct Part: Sendable {
        var machine: ObservedCluster.Machine
        /// libvirt's description of its part of the snapshot.
        var xml: String
        var origin: DomainRenaming.Origin
        /// The files with saved states.
        var statefulFiles: Set<String>
    }

    private func readParts() async throws -> [Part] {
        try await keeper.onAll(source.machines) { machine in
            let xml = try await hypervisor.restorePointXML(domain: machine.domain, named: snapshot)
            let point = try await hypervisor.restorePoints(domain: machine.domain).first { $0.name == snapshot }
            return Part(
                machine: machine, xml: xml, origin: try DomainRenaming.origin(ofRestorePoint: xml),
                statefulFiles: Set(point?.diskPaths ?? []))
        }
    }

    func domain(of machine: String) -> String { "\(name)_\(machine)" }

    func forked() async throws -> ObservedCluster {
        ObservedCluster(name: name, uuid: uuid, domains: try await hypervisor.domains())
    }

    // MARK: Steps

    private func carryOut(_ parts: [Part], _ content: RestorePointSnapshot.Content) async throws {
        let networks = try await keeper.progress.step(machine: nil, "make the network and the namespace") {
            try await makeNetworks(Array(Set(parts.flatMap(\.origin.networks))).sorted())
        }
        let copier = DiskCopier()
        for part in parts {
            try await keeper.progress.step(machine: part.machine.name, "copy its disks") {
                for file in part.origin.files {
                    guard let target = copyPath(of: file) else { continue }
                    try await copier.copy(file, to: target)
                    if part.statefulFiles.contains(file) { try await copier.keep(snapshot, in: target) }
                }
            }
        }
        try await hypervisor.refresh(pool: keeper.pool)
        try await keeper.onAll(parts.map(\.machine)) { machine in
            guard let part = parts.first(where: { $0.machine.name == machine.name }) else { return }
            try await define(part, networks)
        }
        let machines = try await forked().machines
        try await keeper.onAll(machines) { machine in
            try await keeper.progress.step(machine: machine.name, "go on from '\(snapshot)'") {
                try await hypervisor.revert(domain: machine.domain, to: snapshot)
            }
        }
        if content == .disksAndMemory { return try await keeper.resume(machines) }
        try await keeper.onAll(machines) { try await hypervisor.start(domain: $0.domain) }
    }

    private func define(_ part: Part, _ networks: [String: String]) async throws {
        let domain = domain(of: part.machine.name)
        var files: [String: String] = [:]
        for file in part.origin.files { files[file] = copyPath(of: file) ?? consolePath(of: file, part) }
        let label = SnapshotLabel(cluster: name, machines: source.machines.map(\.name).sorted())
        let (definition, point) = try DomainRenaming(
            name: domain, uuid: uuid.domainUUID(ofMachine: part.machine.name), cluster: uuid.text, clusterName: name,
            networks: networks, files: files
        ).applied(toRestorePoint: part.xml, description: label.text)
        try await hypervisor.define(domain: domain, description: definition)
        try await hypervisor.adoptRestorePoint(domain: domain, xml: point)
    }

    /// Where the copy of a file of the first cluster's own is; nil for one that both may read.
    private func copyPath(of file: String) -> String? {
        let parts = file.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let last = parts.last, let owner = source.uuid.owner(ofVolume: last) else { return nil }
        return (parts.dropLast() + [uuid.volumeName(machine: owner.machine, disk: owner.disk)]).joined(separator: "/")
    }

    private func consolePath(of file: String, _ part: Part) -> String? {
        let log = Hypervisor.consoleLogName(ofDomain: part.machine.domain)
        guard file.hasSuffix("/" + log) else { return nil }
        return file.dropLast(log.count) + Hypervisor.consoleLogName(ofDomain: domain(of: part.machine.name))
    }

    /// Makes a network for each of the first's, and the namespace with their gateways; gives the new names by the old.
    private func makeNetworks(_ names: [String]) async throws -> [String: String] {
        try await ClusterLock.hold(.networks, purpose: "the network of cluster '\(name)'") {
            let known = try await hypervisor.networks()
            var (made, gateways): ([String: String], [ForkNamespace.Gateway]) = ([:], [])
            for (number, old) in names.enumerated() {
                let bridge = ForkNamespace.bridge(number, of: uuid)
                let new = "clusterfile_\(name)" + (number == 0 ? "" : "_\(number)")
                try await hypervisor.defineBridge(
                    network: new, uuid: uuid.domainUUID(ofMachine: "network \(new)"), bridge: bridge,
                    metadata: ClusterMetadata(cluster: uuid.text, clusterName: name, name: new, spec: "fork"))
                try await hypervisor.start(network: new)
                made[old] = new
                guard let first = known.first(where: { $0.name == old }) else { continue }
                gateways += first.addresses.compactMap { address in
                    ForkNamespace.Gateway(bridge: bridge, hardwareAddress: first.hardwareAddress, address)
                }
            }
            try ForkNamespace(of: uuid).make(gateways)
            return made
        }
    }

    /// Removes whatever there is of the second cluster; what cannot be removed is told, and `down` tries again.
    private func undo() async {
        do {
            for machine in try await forked().machines {
                try await hypervisor.destroy(domain: machine.domain)
                try await hypervisor.deleteConsoleLog(ofDomain: machine.domain, pool: keeper.pool)
                try await hypervisor.undefine(domain: machine.domain)
            }
            try await hypervisor.refresh(pool: keeper.pool)
            for volume in try await hypervisor.volumes(pool: keeper.pool, prefix: uuid.text + ".") {
                try await hypervisor.delete(volume: volume.name, pool: keeper.pool)
            }
            for network in try await hypervisor.networks() where network.metadata?.cluster == uuid.text {
                try await hypervisor.destroy(network: network.name)
                try await hypervisor.undefine(network: network.name)
            }
            try ForkNamespace(of: uuid).remove()
            try credentials.delete()
        } catch {
            keeper.progress.report(
                .warning(
                    "not all of '\(name)' could be removed (\(Diagnoses(of: error))); clusterfile down -c \(name) tries again"
                ))
        }
    }
}
