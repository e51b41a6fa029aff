import Bundles
package import Clusterfiles
package import Credentials
package import Diagnostics
import FoundationEssentials
import Inventories
import Linux
package import MachineImages
import Plays

extension ClusterLifecycle {
    /// The Clusterfile's playbook and steps as its machines will get them, in order; the mistakes of all are told at once.
    ///
    /// Where steps are asked for by name, only they are there.
    func playbooks(of spec: ClusterSpec, clusterfile: String, steps asked: Set<String> = [])
        throws(PlaybookMistakes) -> [CompiledPlaybook]
    {
        let (folder, inventory) = (Self.folder(of: clusterfile), inventory(of: spec).inventory)
        var playbooks: [CompiledPlaybook] = []
        var mistakes: [Diagnosis] = []
        do throws(Diagnoses) {
            if asked.isEmpty, let path = spec.playbook {
                playbooks.append(
                    try CompiledPlaybook(Self.resolve(path, beside: clusterfile), inventory: inventory))
            }
        } catch {
            mistakes += error.all
        }
        do throws(Diagnoses) {
            playbooks += try ProvisionPlaybooks(spec: spec, clusterfile: clusterfile, folder: folder, asked: asked)
                .compiled(inventory)
        } catch {
            mistakes += error.all
        }
        guard mistakes.isEmpty else { throw PlaybookMistakes(diagnoses: Diagnoses(mistakes)) }
        return playbooks
    }

    /// What machines get beside their image, or nil where there is nothing to give them.
    private func machinePlaybook(of spec: ClusterSpec, clusterfile: String, altered: MachinePlaybook.Altered)
        throws
        -> CompiledPlaybook?
    {
        try MachinePlaybook(
            path: programsFolder + "/playbooks/machine.yml", spec: spec, folder: Self.folder(of: clusterfile),
            tunnels: try TunnelMesh(of: spec, on: sites, credentials)
        ).compiled(inventory(of: spec).inventory, altered)
    }

    /// Logs in to every machine, carries out the playbook as each becomes reachable, and waits until every node is Ready.
    ///
    /// Where machines are named, only those are visited and awaited; the playbook still knows the others. A machine that fails
    /// does not stop the others; those that have failed before are left out.
    func converge(
        _ whole: ClusterSpec, _ compiled: [CompiledPlaybook], clusterfile: String, machines: Set<String> = [],
        started: Set<String>, resumed: Set<String> = [], altered: MachinePlaybook.Altered = .init(all: []),
        failed: [MachineFailure] = [],
        journal: Journal
    ) async throws -> ConvergenceRecap {
        let spec = machines.isEmpty ? whole : whole.keeping { machines.contains($0.name) }
        let first = try machinePlaybook(of: whole, clusterfile: clusterfile, altered: altered)
        let all = ([first].compactMap(\.self) + compiled).map { machines.isEmpty ? $0 : $0.limited(to: machines) }
        let playbooks = all.filter { !$0.hosts.isEmpty }
        var failures = failed
        var counts: [String: RecapCounts] = [:]
        if !playbooks.isEmpty {
            let begin = Timestamp.now()
            let run = try await journal.record("playbook") {
                try await play(playbooks, on: spec, started: started, resumed: resumed, failed: failed)
            }
            counts = run.counts
            failures += run.failures
            let (changed, out) = (Set(counts.filter { $0.value.changed > 0 }.keys), Set(failures.map(\.machine)))
            failures += try await journal.record("nodes-ready") {
                try await awaitNodes(
                    whole.keeping { $0 == whole.master || spec.machines.contains($0) }, isWhole: machines.isEmpty,
                    changed: changed, failed: out, since: begin)
            }
        } else {
            let visit = try await MachineVisit(
                self, spec, started: started, resumed: resumed, without: Set(failed.map(\.machine)), next: .ready)
            failures += try await visit.all { machine in try await visit.reach(machine) }
        }
        return try await recap(of: spec, counts, failures)
    }

    /// Where a master's API server listens.
    package static let apiServerPort = 6443

    /// Waits until the nodes of all machines that have not failed are Ready; gives those that are not. Without a master nobody
    /// could say so.
    private func awaitNodes(
        _ spec: ClusterSpec, isWhole: Bool, changed: Set<String>, failed: Set<String>, since begin: Timestamp
    ) async throws -> [MachineFailure] {
        guard let master = spec.master, !failed.contains(master.name) else { return [] }
        return try await progress.phase(.nodesReady) {
            try await sites[master.name].route.withDoor(to: "\(master.address)", port: Self.apiServerPort) { server in
                let nodes = try ClusterNodes(of: spec, master: master, at: server, credentials)
                let late = try await nodes.waitUntilReady(
                    changed: changed, without: failed, since: begin, atMost: readyTimeout)
                if late.isEmpty, isWhole { try await nodes.removeThoseWithoutMachine() }
                return late
            }
        }
    }

    /// What the run came to; what is to be seen of the machines that failed on their way is looked up now.
    func recap(
        of spec: ClusterSpec, _ counts: [String: RecapCounts], _ failures: [MachineFailure]
    ) async throws -> ConvergenceRecap {
        var recap = ConvergenceRecap(machines: [], failures: [])
        for machine in spec.machines {
            let failure = failures.first { $0.machine == machine.name }
            progress.report(.machine(machine.name, failure == nil ? .ready : .failed))
            if let counts = counts[machine.name] ?? (failure == nil ? nil : RecapCounts()) {
                recap.machines.append(
                    .init(
                        name: machine.name, ok: counts.ok, changed: counts.changed, failed: counts.failed,
                        skipped: counts.skipped, unreachable: failure?.phase == .converging ? 0 : failure == nil ? 0 : 1
                    ))
            }
            guard var failure else { continue }
            if failure.phase != .converging {
                let site = sites[machine.name]
                failure.evidence = await MachineEvidence.gather(
                    of: machine, network: spec.network.name, site.hypervisor, pool: pool,
                    consoleFolder: try await at(site).consoleFolder())
            }
            recap.failures.append(failure)
        }
        recap.readyCount = spec.machines.count - recap.failures.count
        return recap
    }

    /// The inventory with which this host provisions.
    package func inventory(of spec: ClusterSpec) -> ClusterInventory {
        Self.inventory(of: spec, catalogue: catalogue, credentials: credentials, programsFolder: programsFolder)
    }

    /// The same for one who needs no libvirt for it.
    package static func inventory(
        of spec: ClusterSpec, catalogue: ImageCatalogue, credentials: CredentialStore, programsFolder: String
    ) -> ClusterInventory {
        ClusterInventory(
            of: spec,
            for: .controller(
                controller(catalogue: catalogue, credentials: credentials, programsFolder: programsFolder)))
    }

    /// Where this host has what the playbook needs.
    var controller: ClusterInventory.Controller {
        Self.controller(catalogue: catalogue, credentials: credentials, programsFolder: programsFolder)
    }

    private static func controller(
        catalogue: ImageCatalogue, credentials: CredentialStore, programsFolder: String
    ) -> ClusterInventory.Controller {
        let archive = catalogue.containerArchives().first ?? catalogue.folder + "/none"
        return .init(
            binaries: programsFolder, pki: credentials.pkiFolder, containerImages: folder(of: archive),
            sshKey: credentials.sshPrivateKeyPath, knownHosts: credentials.knownHostsPath)
    }

    static func resolve(_ path: String, beside clusterfile: String) -> String {
        path.hasPrefix("/") ? path : folder(of: clusterfile) + "/" + path
    }

    static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }

    static func folder(of path: String) -> String {
        absolute(path).split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
    }
}

/// The mistakes of a playbook, found before anything is touched.
package struct PlaybookMistakes: Error, Diagnosable {
    package var diagnoses: Diagnoses

    package var diagnosis: Diagnosis { Diagnosis(diagnoses.description) }
}
