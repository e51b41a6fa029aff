import Bundles
import Foundation
import Testing

/// Playbooks do to a machine what Debian's Ansible does to its twin.
@Suite struct PlaybookProofTests {
    /// All of the corpus with `scripts/prove playbooks`, which says where the table is; else those of the suite's third that the
    /// committed table has seen equal once, so that they stay so.
    private static let table = ProcessInfo.processInfo.environment["CLUSTERFILE_PROOF_TABLE"]
        .map { ProofTable(file: URL(fileURLWithPath: $0)) }
    private static let committed = ProofTable(
        file: TestCluster.project.appendingPathComponent("Tests/System/proofs/playbooks.md"))

    @Test func `playbooks leave the machine and the counts that Ansible leaves`() async throws {
        var playbooks = try Self.table == nil ? CorpusPlaybook.ofSuite() : CorpusPlaybook.all()
        let proven = (Self.table ?? Self.committed).proven()
        playbooks.removeAll { proven.contains($0.name) == (Self.table != nil) }
        if let only = ProcessInfo.processInfo.environment["CLUSTERFILE_PROOF_ONLY"]?.split(separator: ",") {
            playbooks.removeAll { !only.contains(Substring($0.name)) }
        }
        try #require(Self.table != nil || !playbooks.isEmpty, "no playbook of the suite is proven")
        if playbooks.isEmpty { return }
        let machines = try await ProofMachines.start(lanes: min(2, playbooks.count))
        let queue = ProofQueue(playbooks, listed: try PurposefulDifferences())
        var sides: [ProofSide] = []
        do {
            let lanes = try await machines.lanes()
            sides = lanes.flatMap { [$0.peer, $0.ours] }
            try await machines.whileServing(sides) {
                try await withThrowingTaskGroup { group in
                    for lane in lanes { group.addTask { try await Self.work(off: queue, lane) } }
                    try await group.waitForAll()
                }
            }
        } catch {
            await machines.remove(sides)
            throw error
        }
        await machines.remove(sides)
        for row in await queue.unseen() {
            Issue.record("differences.md lists \(row.thing) for \(row.playbook), and it is equal: take it out")
        }
    }

    private static func work(off queue: ProofQueue, _ lane: (peer: ProofSide, ours: ProofSide)) async throws {
        while let playbook = await queue.next() {
            let comparison = try await PlaybookComparison(playbook, lane)
            let unlisted = await queue.finish(comparison)
            for difference in unlisted { Issue.record("\(playbook.name): \(difference)") }
            let onPurpose = comparison.differences.count - unlisted.count
            let verdict = unlisted.isEmpty ? "equal" : "\(unlisted.count) differences"
            try table?.add(comparison, verdict: verdict + (onPurpose > 0 ? ", \(onPurpose) on purpose" : ""))
        }
    }
}

/// The playbooks that are still to be run, and the listed differences that were seen.
actor ProofQueue {
    private var waiting: [CorpusPlaybook]
    private var finished: Set<String> = []
    private var seen: Set<PurposefulDifferences.Row> = []
    private let listed: PurposefulDifferences

    init(_ playbooks: [CorpusPlaybook], listed: PurposefulDifferences) {
        waiting = playbooks
        self.listed = listed
    }

    func next() -> CorpusPlaybook? { waiting.isEmpty ? nil : waiting.removeFirst() }

    /// The differences that are not listed.
    func finish(_ comparison: PlaybookComparison) -> [PlaybookComparison.Difference] {
        finished.insert(comparison.playbook.name)
        return comparison.differences.filter { difference in
            let rows = listed.rows.filter { $0.isAbout(comparison.playbook.name, difference.thing) }
            seen.formUnion(rows)
            return rows.isEmpty
        }
    }

    /// Rows about a playbook that was run, which no difference was about.
    func unseen() -> [PurposefulDifferences.Row] {
        listed.rows.filter { finished.contains($0.playbook) && !seen.contains($0) }
    }
}
