import ArgumentParser
import FoundationEssentials
import JSON
import PlanExecution

/// Saves and restores the whole cluster at one moment.
struct SnapshotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot", abstract: "Save and restore all machines at one moment, disks and memory.",
        discussion: "Example: clusterfile snapshot save before-upgrade",
        subcommands: [Save.self, List.self, Restore.self, Delete.self], defaultSubcommand: List.self)

    struct Save: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Pause all machines, save disks and memory, and go on: all or nothing.",
            discussion: "Example: clusterfile snapshot save before-upgrade")
        @OptionGroup var cluster: ClusterOptions
        @Argument(help: "The snapshot's name.") var name: String

        func validate() throws {
            guard
                name.utf8.allSatisfy({
                    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.".utf8.contains($0)
                }), !name.isEmpty
            else { throw ValidationError("a snapshot's name has letters, digits, '-', '_' and '.' only") }
        }

        func run() async throws {
            let work = try await SnapshotWork(cluster)
            let pause = try await work.locked("clusterfile snapshot save") {
                try await $0.save(work.observed, named: name)
            }
            Terminal.error(
                "saved '\(name)' of \(work.observed.machines.count) machines; they stood still for \(pause.tenths) s"
            )
        }
    }

    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take all machines back to a snapshot; what happened since is lost.",
            discussion: "Example: clusterfile snapshot restore before-upgrade --yes")
        @OptionGroup var cluster: ClusterOptions
        @Argument(help: "The snapshot's name.") var name: String
        @Flag(name: .shortAndLong, help: "Do not ask.") var yes = false

        func run() async throws {
            let work = try await SnapshotWork(cluster)
            try await work.keeper.requireRestorable(work.observed, named: name)
            guard yes || Terminal.confirms("What happened in '\(work.observed.name)' since '\(name)' is lost. Go on?")
            else {
                throw NotConfirmed()
            }
            let start = ContinuousClock.now
            try await work.locked("clusterfile snapshot restore") { try await $0.restore(work.observed, named: name) }
            Terminal.error(
                "'\(work.observed.name)' is back at '\(name)' (\(start.secondsSince.tenths) s)")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the snapshots.", discussion: "Example: clusterfile snapshot list -o json")
        @OptionGroup var cluster: ClusterOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let work = try await SnapshotWork(cluster)
            let entries = try await work.keeper.list(work.observed)
            guard !(entries.isEmpty && output.format == .table) else {
                return Terminal.error("cluster '\(work.observed.name)' has no snapshots")
            }
            output.print(json(entries), names: entries.map(\.name)) {
                table(
                    [["NAME", "CREATED", "MACHINES"]]
                        + entries.map {
                            [
                                $0.name, time($0.createdAtSeconds),
                                $0.missing.isEmpty
                                    ? "all \($0.machines.count)" : "without \($0.missing.joined(separator: ", "))",
                            ]
                        })
            }
        }

        private func json(_ entries: [SnapshotKeeper.ClusterSnapshotEntry]) -> JSON {
            .array(
                entries.map {
                    [
                        "name": .string($0.name), "created": .string(time($0.createdAtSeconds)),
                        "machines": JSON($0.machines), "missing": JSON($0.missing),
                    ]
                })
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

/// A cluster whose snapshots are worked on.
private struct SnapshotWork: Sendable {
    let observed: ObservedCluster
    let keeper: SnapshotKeeper
    private let lockPath: String

    init(_ options: ClusterOptions) async throws {
        let hypervisor = try await options.connection()
        observed = try await options.observed(hypervisor)
        keeper = SnapshotKeeper(hypervisor: hypervisor, progress: ProgressPrinter().sink)
        lockPath = try options.credentials().folder + "/lock"
    }

    func locked<Value>(_ purpose: String, _ body: (SnapshotKeeper) async throws -> Value) async throws -> Value {
        guard !observed.isEmpty else { return try await body(keeper) }  // says that the cluster is not up
        return try await ClusterLock.hold(lockPath, purpose: purpose) { try await body(keeper) }
    }
}
