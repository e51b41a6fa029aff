package import Clusterfiles
import Diagnostics
package import Planning

extension ClusterLifecycle {
    /// Throws the disks of some machines away and makes them anew, with the names, addresses and keys they had.
    ///
    /// A run that is cut short is finished by `up`, which finds the machines missing.
    package func rebuild(
        _ machines: Set<String>, of spec: ClusterSpec, clusterfile: String, approve: @Sendable (Plan) throws -> Void
    ) async throws -> ConvergenceRecap {
        try await prepareCredentials(spec, clusterfile: clusterfile)
        // Before anything is thrown away: what it is made anew from has to be there.
        _ = try await supply(clusterfile).images(of: spec)
        let playbooks = try self.playbooks(of: spec, clusterfile: clusterfile)
        return try await ClusterLock.hold(lockPath, purpose: "clusterfile rebuild") {
            let removal = try await plannedRemoval(of: spec.uuid, machines: machines)
            try approve(removal)
            let journal = Journal(path: journalPath, command: "rebuild")
            let actions = try await powerActions()
            progress.report(.machines(machines.sorted()))
            try await PlanExecutor(journal: journal, progress: progress) { try await actions.perform($0) }
                .carryOut(removal).requireSuccess()
            return try await upLocked(spec, playbooks, clusterfile, machines: machines) { _ in }
        }
    }
}
