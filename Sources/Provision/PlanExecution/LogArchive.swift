import Clusterfiles
package import Credentials
import Diagnostics
import FoundationEssentials
import Glibc
import Hypervisor
import Linux
import SecureShell
import Synchronization

/// Everything that helps to understand a cluster's trouble, in one archive that may be shown to others.
package struct LogArchive: Sendable {
    package var sites: Sites
    package var pool: String
    package var credentials: CredentialStore
    package var cluster: ObservedCluster

    package init(sites: Sites, pool: String, credentials: CredentialStore, cluster: ObservedCluster) {
        self.sites = sites
        self.pool = pool
        self.credentials = credentials
        self.cluster = cluster
    }

    /// Writes `NAME/…` into a gzipped tar archive: what the caller gives, and what libvirt, the state folder and the
    /// machines say. What cannot be had is a file that says why.
    package func write(to path: String, with given: [String: String]) async throws {
        var files = given
        files["journal.jsonl"] = said { try FileSystem.readText(credentials.journalPath) + "\n" }
        files.merge(try await libvirtFiles()) { first, _ in first }
        files.merge(await machineFiles()) { first, _ in first }
        let redaction = Redaction(for: credentials)
        try Self.pack(files.mapValues(redaction.text), as: cluster.name, to: path)
    }

    private func libvirtFiles() async throws -> [String: String] {
        var files: [String: String] = [:]
        for site in sites.all {
            let machines = cluster.machines.filter { $0.site == site.name }
            let prefix = site.name.map { "networks/\($0)/" } ?? "networks/"
            for domain in try await site.hypervisor.domains() {
                guard let machine = machines.first(where: { $0.domain == domain.name }) else { continue }
                files["machines/\(machine.name)/domain.xml"] = domain.xml
                files["machines/\(machine.name)/state"] = domain.state.words + "\n"
            }
            for network in try await site.hypervisor.networks() where network.metadata?.cluster == cluster.uuid.text {
                files[prefix + network.name + ".xml"] = network.xml
            }
            let folder = try await site.hypervisor.pool(pool)?.path ?? ""
            for machine in machines {
                let log = folder + "/" + Hypervisor.consoleLogName(ofDomain: machine.domain)
                files["machines/\(machine.name)/console.log"] = await said {
                    try await site.hypervisor.consoleTail(logPath: log, pool: pool, maximumBytes: 4 << 20)
                }
            }
        }
        return files
    }

    /// What the machines' own journals have of the agents, and of anything that failed.
    private func machineFiles() async -> [String: String] {
        let line =
            "sudo journalctl --no-pager -b -o short-iso -n 20000 -u 'clusterfile*'; systemctl --failed --no-pager"
        let texts = Mutex<[String: [UInt8]]>([:])
        var files: [String: String] = [:]
        do {
            let outcomes = try await ClusterCommand(line, timeout: .seconds(60)).run(
                on: cluster.machines, credentials: credentials
            ) { machine, chunk in texts.withLock { $0[machine, default: []] += chunk.bytes } }
            let texts = texts.withLock { $0 }
            for outcome in outcomes {
                var text = String(decoding: texts[outcome.machine] ?? [], as: UTF8.self)
                if case .failure(let diagnosis) = outcome.end { text += diagnosis.rendered + "\n" }
                files["machines/\(outcome.machine)/agents.log"] = text
            }
        } catch {
            files["machines/agents.log"] = "\(error)\n"
        }
        return files
    }

    private func said(_ read: () throws -> String) -> String {
        do { return try read() } catch { return Diagnoses(of: error).description + "\n" }
    }

    private func said(_ read: () async throws -> String) async -> String {
        do { return try await read() } catch { return Diagnoses(of: error).description + "\n" }
    }

    private static func pack(_ files: [String: String], as name: String, to path: String) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/clusterfile-logs-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: folder) }  // a folder of copies in /tmp is nobody's loss
        for (file, text) in files {
            let target = "\(folder)/\(name)/\(file)"
            try FileManager.default.createDirectory(
                atPath: String(target[..<(target.lastIndex(of: "/") ?? target.endIndex)]),
                withIntermediateDirectories: true)
            try AtomicFile.write(Array(text.utf8), to: target, mode: 0o600, durability: .process)
        }
        let absolute = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        let outcome = try Program.run(["tar", "-C", folder, "-czf", absolute, name])
        guard outcome.status == WaitStatus(0) else {
            throw Diagnosis("cannot write \(path)", why: outcome.output)
        }
    }
}
