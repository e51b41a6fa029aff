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
                    try CompiledPlaybook(path.hasPrefix("/") ? path : folder + "/" + path, inventory: inventory))
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
    private func machinePlaybook(of spec: ClusterSpec, clusterfile: String, started: Set<String>) throws
        -> CompiledPlaybook?
    {
        try MachinePlaybook(
            path: programsFolder + "/playbooks/machine.yml", spec: spec, folder: Self.folder(of: clusterfile)
        ).compiled(inventory(of: spec).inventory, started: started)
    }

    /// Logs in to every machine, carries out the playbook as each becomes reachable, and waits until every node is Ready.
    ///
    /// Where machines are named, only those are visited and awaited; the playbook still knows the others.
    func converge(
        _ whole: ClusterSpec, _ compiled: [CompiledPlaybook], clusterfile: String, machines: Set<String> = [],
        started: Set<String>, journal: Journal
    ) async throws -> ConvergenceRecap {
        let spec = machines.isEmpty ? whole : whole.keeping { machines.contains($0.name) }
        let first = try machinePlaybook(of: whole, clusterfile: clusterfile, started: started)
        let all = ([first].compactMap(\.self) + compiled).map { machines.isEmpty ? $0 : $0.limited(to: machines) }
        let playbooks = all.filter { !$0.hosts.isEmpty }
        guard !playbooks.isEmpty else {
            let visit = try await MachineVisit(self, spec, started: started)
            try await visit.all { machine in try await visit.login(machine) { _ in } }
            return ConvergenceRecap(machines: [])
        }
        let begin = Timestamp.now()
        let recap = try await journal.record("playbook") {
            try await run(playbooks, on: spec, started: started)
        }
        try check(recap)
        try await progress.phase(.nodesReady) {
            try await journal.record("nodes-ready") {
                let awaited = whole.keeping { $0 == whole.master || spec.machines.contains($0) }
                guard let nodes = try ClusterNodes(of: awaited, credentials) else { return }
                let changed = Set(recap.counts.filter { $0.value.changed > 0 }.keys)
                try await nodes.waitUntilReady(changed: changed, since: begin, atMost: readyTimeout)
                if machines.isEmpty { try await nodes.removeThoseWithoutMachine() }
            }
        }
        return ConvergenceRecap(
            machines: recap.counts.sorted { $0.key < $1.key }.map { name, counts in
                .init(
                    name: name, ok: counts.ok, changed: counts.changed, failed: counts.failed, skipped: counts.skipped)
            })
    }

    /// The inventory with which this host provisions.
    package func inventory(of spec: ClusterSpec) -> ClusterInventory {
        Self.inventory(of: spec, catalogue: catalogue, credentials: credentials, programsFolder: programsFolder)
    }

    /// The same for one who needs no libvirt for it.
    package static func inventory(
        of spec: ClusterSpec, catalogue: ImageCatalogue, credentials: CredentialStore, programsFolder: String
    ) -> ClusterInventory {
        let archive = catalogue.containerArchives().first ?? catalogue.folder + "/none"
        return ClusterInventory(
            of: spec,
            for: .controller(
                .init(
                    binaries: programsFolder, pki: credentials.pkiFolder, containerImages: folder(of: archive),
                    sshKey: credentials.sshPrivateKeyPath, knownHosts: credentials.knownHostsPath)))
    }

    // MARK: Parts

    private func run(_ playbooks: [CompiledPlaybook], on spec: ClusterSpec, started: Set<String>) async throws
        -> PlaybookRecap
    {
        let visit = try await MachineVisit(self, spec, started: started)
        let program = try RunnerProgram(folder: programsFolder)
        let exchange = RunnerExchange()
        let concerned = Set(playbooks.flatMap(\.hosts))
        let report = progress.report
        return try await withThrowingTaskGroup(of: PlaybookRecap?.self) { group in
            group.addTask {
                let begin = ContinuousClock.now
                defer { report(.phaseFinished(.playbook, seconds: begin.secondsSince)) }
                let recap = try await PlaybookRun(playbooks).run(
                    connect: { host in try await exchange.channel(of: host) },
                    report: { event in Self.forward(event, to: report) })
                await exchange.finish()
                return recap
            }
            group.addTask {
                try await visit.all { machine in
                    guard concerned.contains(machine.name) else {
                        return try await visit.login(machine) { _ in }
                    }
                    do {
                        try await visit.withRunner(program, on: machine) { channel in
                            await exchange.offer(machine.name, .success(channel))
                            await exchange.waitUntilFinished()
                        }
                    } catch {
                        // The run tells it, as that machine's.
                        await exchange.offer(machine.name, .failure(error))
                    }
                }
                return nil
            }
            var recap: PlaybookRecap?
            do {
                for try await result in group { recap = result ?? recap }
            } catch {
                await exchange.finish()
                throw error
            }
            guard let recap else { preconditionFailure("one of the two tasks gives the recap") }
            return recap
        }
    }

    private static func forward(_ event: HostEvent, to report: @Sendable (ProgressEvent) -> Void) {
        switch event {
        case .playStarted: break
        case .task(let host, let task):
            // One that has only begun is no result.
            guard let result = ProgressEvent.TaskResult(rawValue: task.status.rawValue) else { return }
            let name = (task.role.map { "\($0) : " } ?? "") + task.task + (task.item.map { " (\($0))" } ?? "")
            report(.task(machine: host, play: "", task: name, result: result, detail: task.message))
        case .lost(let host, let diagnoses):
            // The whole of it ends the run.
            report(.stepFailed(machine: host, what: "playbook", error: diagnoses.all.first?.what ?? ""))
        }
    }

    private func check(_ recap: PlaybookRecap) throws {
        guard !recap.succeeded else { return }
        var problems = recap.lost.sorted { $0.key < $1.key }.flatMap(\.value.all)
        let failed = recap.counts.filter { $0.value.failed > 0 }.keys.sorted()
        if !failed.isEmpty {
            problems.append(
                Diagnosis(
                    "the playbook did not succeed on \(failed.joined(separator: ", "))",
                    why: "the failed tasks are named above",
                    fix: "mend their cause and run clusterfile up again: it goes on from what is done"))
        }
        throw Diagnoses(problems)
    }

    static func folder(of path: String) -> String {
        let absolute = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        return absolute.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
    }
}

/// The mistakes of a playbook, found before anything is touched.
package struct PlaybookMistakes: Error, Diagnosable {
    package var diagnoses: Diagnoses

    package var diagnosis: Diagnosis { Diagnosis(diagnoses.description) }
}
