import ArgumentParser
import Credentials
import Diagnostics
import FoundationEssentials
import JSON
import PlanExecution

/// Saves and restores the whole cluster at one moment.
struct SnapshotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot", abstract: "Save and restore all machines at one moment, disks and memory.",
        discussion: "Example: clusterfile snapshot save before-upgrade",
        subcommands: [Save.self, List.self, Restore.self, Delete.self, Fork.self], defaultSubcommand: List.self)

    struct Save: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Pause all machines, save disks and memory, and go on: all or nothing.",
            discussion: """
                Example: clusterfile snapshot save before-upgrade

                With --disk, for a cluster that is halted, the disks alone are saved.
                """)
        @OptionGroup var cluster: ClusterOptions
        @Argument(help: "The snapshot's name.") var name: String
        @Flag(help: "Save the disks of machines that are off.") var disk = false

        func run() async throws {
            let name = try SnapshotName(name)
            let work = try await SnapshotWork(cluster)
            let pause = try await work.locked("clusterfile snapshot save") {
                try await $0.save(work.observed, named: name, content: disk ? .disks : .disksAndMemory)
            }
            let machines = counted(work.observed.machines.count, "machine")
            Terminal.error(
                disk
                    ? "saved the disks of \(machines) as '\(name)'"
                    : "saved '\(name)' of \(machines); they stood still for \(hundredths(pause)) s")
        }
    }

    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take all machines back to a snapshot; what happened since is lost.",
            discussion: """
                Example: clusterfile snapshot restore before-upgrade --yes

                Machines go on from the saved moment, with today's time. Those whose disks alone were saved are off
                afterwards, as they were then.
                """)
        @OptionGroup var cluster: ClusterOptions
        @Argument(help: "The snapshot's name.") var name: String
        @Flag(name: .shortAndLong, help: "Do not ask.") var yes = false

        func run() async throws {
            let work = try await SnapshotWork(cluster)
            if !yes {
                // Nobody is asked about what cannot be.
                try await work.keeper.requireRestorable(work.observed, named: name)
                let question = "What happened in '\(work.observed.name)' since '\(name)' is lost. Go on?"
                guard Terminal.confirms(question) else { throw NotConfirmed() }
            }
            let start = ContinuousClock.now
            let content = try await work.locked("clusterfile snapshot restore") {
                try await $0.restore(work.observed, named: name)
            }
            Terminal.error(
                "'\(work.observed.name)' is back at '\(name)' (\(start.secondsSince.tenths) s)"
                    + (content == .disks ? "; its machines are off, as they were: clusterfile up starts them" : ""))
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the snapshots.", discussion: "Example: clusterfile snapshot list -o json")
        @OptionGroup var cluster: ClusterOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let work = try await SnapshotWork(cluster)
            let entries = try await work.keeper.listWithSizes(work.observed)
            if let interruption = SnapshotKeeper.interruption(journalPath: work.keeper.journalPath) {
                Terminal.error("warning: \(interruption)")
            }
            guard !(entries.isEmpty && output.format == .table) else {
                return Terminal.error("cluster '\(work.observed.name)' has no snapshots")
            }
            let now = Int64(Date.now.timeIntervalSince1970)
            let value = JSON.array(entries.map { $0.json(created: time($0.createdAtSeconds)) })
            output.print(value, names: entries.map(\.name)) {
                table([["NAME", "AGE", "MEMORY", "MACHINES"]] + entries.map { Self.row($0, atSeconds: now) })
            }
        }

        private static func row(_ entry: ClusterSnapshotEntry, atSeconds now: Int64) -> [String] {
            let memory: String =
                switch (entry.content, entry.memoryBytes) {
                case (.disks, _): "disks only"
                case (_, nil): "unknown"
                case (_, let bytes?): "\((bytes + 1 << 19) >> 20) MiB"
                }
            let lacking = entry.missing.isEmpty ? "" : " (incomplete: without \(entry.missing.joined(separator: ", ")))"
            return [entry.name, entry.age(atSeconds: now), memory, entry.machines.joined(separator: ", ") + lacking]
        }

        private func time(_ seconds: Int64) -> String {
            Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete a snapshot from all machines.",
            discussion: "Example: clusterfile snapshot delete before-upgrade")
        @OptionGroup var cluster: ClusterOptions
        @Argument(help: "The snapshot's name.") var name: String

        func run() async throws {
            let work = try await SnapshotWork(cluster)
            try await work.locked("clusterfile snapshot delete") { try await $0.delete(work.observed, named: name) }
            Terminal.error("deleted snapshot '\(name)'")
        }
    }
}

extension SnapshotCommand {
    struct Fork: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Start a second cluster from a snapshot, beside the first, which is not touched.",
            discussion: """
                Example: clusterfile snapshot fork before-upgrade --as rehearsal

                The second cluster has the same addresses in a network and a network namespace of its own, without a way out.
                clusterfile -c NAME ssh, status and down find it; ip netns exec enters its network. Needs root.
                """)
        @OptionGroup var cluster: ClusterOptions
        @Argument(help: "The snapshot's name.") var name: String
        @Option(name: .customLong("as"), help: "The second cluster's name.") var fork: String

        /// The second cluster's bridge is made where libvirt's are, also where the first is a fork itself.
        func validate() { Workplace.ask(forCluster: nil) }

        func run() async throws {
            let start = ContinuousClock.now
            let work = try await SnapshotWork(cluster)
            let uuid = ClusterOptions.uuid(fork)
            let clusterFork = ClusterFork(
                keeper: work.keeper, source: work.observed, snapshot: name, name: fork, uuid: uuid,
                sourceCredentials: try cluster.credentials(),
                credentials: CredentialStore(
                    root: try CredentialStore.defaultRoot(environment: Workplace.environment), uuid: uuid.text))
            try await work.locked("clusterfile snapshot fork") { _ in try await clusterFork.make() }
            Terminal.error(
                """
                '\(fork)' goes on from '\(name)' of '\(work.observed.name)' (\(start.secondsSince.tenths) s)
                reach it with clusterfile -c \(fork) status, ssh, down; its network with ip netns exec \(ForkNamespace(of: uuid).name) COMMAND
                """)
        }
    }
}

/// A cluster whose snapshots are worked on.
private struct SnapshotWork: Sendable {
    let observed: ObservedCluster
    let keeper: SnapshotKeeper
    private let lockPath: String

    init(_ options: ClusterOptions) async throws {
        let (sites, identity) = (try await options.sites(), try options.identity())
        observed = try await sites.observed(name: identity.name, uuid: identity.uuid)
        let credentials = try options.credentials()
        keeper = SnapshotKeeper(
            sites: sites, pool: Workplace.pool, journalPath: credentials.journalPath,
            credentials: credentials, progress: ProgressPrinter().sink)
        lockPath = credentials.folder + "/lock"
    }

    func locked<Value>(_ purpose: String, _ body: (SnapshotKeeper) async throws -> Value) async throws -> Value {
        guard !observed.isEmpty else { return try await body(keeper) }  // says that the cluster is not up
        return try await ClusterLock.hold(lockPath, purpose: purpose) { try await body(keeper) }
    }
}

private func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

private func hundredths(_ seconds: Double) -> String {
    let hundredths = Int((seconds * 100).rounded())
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
}
