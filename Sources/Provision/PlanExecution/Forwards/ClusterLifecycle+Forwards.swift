package import Clusterfiles
import Diagnostics

extension ClusterLifecycle {
    /// What `up` would do now, but for what is in the machines.
    package func wholePlan(
        _ spec: ClusterSpec, clusterfile: String, machines: Set<String> = []
    ) async throws -> ClusterPlan {
        let planned = try await planned(spec, clusterfile: clusterfile)
        return ClusterPlan(
            plan: machines.isEmpty ? planned.plan : planned.plan.limited(to: machines),
            forwards: try forwards.map {
                ForwardChange.changes(from: try $0.carried(), to: spec.forwards(on: planned.sites))
            } ?? [])
    }

    /// Makes the forwards those of the spec, a step of the run where that changes anything.
    func carryForwards(of spec: ClusterSpec, _ journal: Journal) async throws {
        let wanted = spec.forwards(on: sites)
        guard let forwards, try !forwards.carries(wanted) else { return }
        let words = wanted.isEmpty ? "forward no ports" : "forward \(wanted.map(\.place).joined(separator: ", "))"
        try await progress.step(machine: nil, words) {
            try await journal.record("carry-forwards") { try await forwards.carry(wanted) }
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
