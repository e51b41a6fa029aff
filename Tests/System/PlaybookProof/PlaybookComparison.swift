import Foundation

/// A playbook carried out twice by the peer and by ours, on machines that began as the same, and what then differed.
struct PlaybookComparison: Sendable {
    struct Difference: Sendable, CustomStringConvertible {
        /// After the first or the second run.
        var run: Int
        var thing: String
        var peer: String
        var ours: String
        var detail = ""

        var description: String {
            "after run \(run): \(thing)\n  ansible-playbook: \(peer)\n  clusterfile play: \(ours)"
                + (detail.isEmpty ? "" : "\n" + detail)
        }
    }

    let playbook: CorpusPlaybook
    private(set) var peer: [ProofSide.Run] = []
    private(set) var ours: [ProofSide.Run] = []
    private(set) var differences: [Difference] = []

    init(_ playbook: CorpusPlaybook, _ lane: (peer: ProofSide, ours: ProofSide)) async throws {
        self.playbook = playbook
        async let oursRestored = lane.ours.restore()
        let peerFolder = try await lane.peer.restore()
        let oursFolder = try await oursRestored
        for number in 1...2 {
            async let oursDone = Self.runAndLook(playbook, lane.ours, in: oursFolder)
            let peerDone = try await Self.runAndLook(playbook, lane.peer, in: peerFolder)
            let runs = try await (peer: peerDone.run, ours: oursDone.run)
            peer.append(runs.peer)
            ours.append(runs.ours)
            compare(runs, number)
            try await compare(peerDone.state, try await oursDone.state, lane, number)
        }
    }

    private static func runAndLook(_ playbook: CorpusPlaybook, _ side: ProofSide, in folder: URL) async throws
        -> (run: ProofSide.Run, state: MachineState)
    {
        let run = try await side.run(playbook, controllerFolder: folder)
        return (run, try await side.look(controllerFolder: folder))
    }

    private mutating func compare(_ runs: (peer: ProofSide.Run, ours: ProofSide.Run), _ number: Int) {
        let outputs = [runs.peer, runs.ours].map { $0.result.output + $0.result.errors }
        func note(_ thing: String, _ peer: String, _ ours: String) {
            guard peer != ours else { return }
            let detail = "--- ansible-playbook\n\(outputs[0])\n--- clusterfile play\n\(outputs[1])"
            differences.append(Difference(run: number, thing: thing, peer: peer, ours: ours, detail: detail))
        }
        func ending(_ run: ProofSide.Run) -> String { run.result.status == 0 ? "success" : "failure" }
        note("ending", ending(runs.peer), ending(runs.ours))
        // Both may fail of one mistake in the playbook, which then shows nothing.
        if ending(runs.peer) != playbook.ending {
            note("ending that is not expected", ending(runs.peer), playbook.ending)
        }
        note("recap", runs.peer.recap.description, runs.ours.recap.description)
    }

    private mutating func compare(
        _ peerState: MachineState, _ oursState: MachineState, _ lane: (peer: ProofSide, ours: ProofSide), _ number: Int
    ) async throws {
        var (peerState, oursState) = (peerState, oursState)
        let paths = peerState.changedPaths.union(oursState.changedPaths)
        async let oursFiles = lane.ours.describe(paths)
        try peerState.describe(try await lane.peer.describe(paths))
        try oursState.describe(try await oursFiles)
        for (thing, state) in peerState.differences(from: oursState).sorted(by: { $0.key < $1.key }) {
            var difference = Difference(run: number, thing: thing, peer: state.here, ours: state.there)
            if thing.hasPrefix("file "), [state.here, state.there].allSatisfy({ $0.hasPrefix("-") }) {
                let path = String(thing.dropFirst(5))
                difference.detail = try await Self.diff(lane.peer.text(of: path), lane.ours.text(of: path))
            }
            differences.append(difference)
        }
    }

    private static func diff(_ peer: String, _ ours: String) async throws -> String {
        // Bytes that are no text's are shown as `cat -v` shows them.
        if [peer, ours].contains(where: { $0.contains("^@") }) { return "it is no text" }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("proof-diff-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in [("ansible-playbook", peer), ("clusterfile-play", ours)] {
            try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }
        return try await Command.run(["diff", "-u", "ansible-playbook", "clusterfile-play"], folder: folder).output
    }
}
