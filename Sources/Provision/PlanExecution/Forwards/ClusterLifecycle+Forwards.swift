package import Clusterfiles
import Diagnostics

extension ClusterLifecycle {
    /// What `up` would do now, but for what is in the machines.
    package func wholePlan(
        _ spec: ClusterSpec, clusterfile: String, machines: Set<String> = []
    ) async throws -> ClusterPlan {
        ClusterPlan(
            plan: try await plan(spec, clusterfile: clusterfile, machines: machines),
            forwards: try forwards.map { ForwardChange.changes(from: try $0.carried(), to: spec.forwards) } ?? [])
    }

    /// Makes the forwards those of the spec, a step of the run where that changes anything.
    func carryForwards(of spec: ClusterSpec, _ journal: Journal) async throws {
        guard let forwards, try !forwards.carries(spec.forwards) else { return }
        let words =
            spec.forwards.isEmpty ? "forward no ports" : "forward \(spec.forwards.map(\.place).joined(separator: ", "))"
        try await progress.step(machine: nil, words) {
            try await journal.record("carry-forwards") { try await forwards.carry(spec.forwards) }
        }
    }

    /// Lets the forwards that were wanted last be carried as long as a machine of theirs is not off.
    func adjustForwards(_ uuid: ClusterUUID) async throws {
        guard let forwards, let wanted = forwards.record?.forwards, !wanted.isEmpty else { return }
        let off = Set(
            try await observed(uuid: uuid).machines.filter { $0.state == .shutOff || $0.state == .crashed }.map(\.name))
        if wanted.allSatisfy({ off.contains($0.machine) }) {
            try await forwards.stop()
        } else {
            try await forwards.carry(wanted)
        }
    }
}
