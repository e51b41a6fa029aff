import Linux

/// Reads a pod's records into what they mean now: on this boot, with its supervisor alive or not.
struct SnapshotReader {
    let folder: PodFolder
    let bootIdentity: String

    /// The snapshot, and the supervisor where it lives; nil without a sandbox record.
    func read() throws -> (PodRuntimeSnapshot?, ProcessIdentity?) {
        guard let sandbox = try RecordFile.read(folder.sandbox, as: SandboxRecord.self) else { return (nil, nil) }
        let supervisor = try RecordFile.read(folder.supervisor, as: SupervisorRecord.self)
        let isAlive = supervisor.map { $0.bootIdentity == bootIdentity && $0.process.isAlive } ?? false
        let state: SandboxState =
            if let supervisor, isAlive {
                .running(supervisorProcess: supervisor.process.pid)
            } else {
                .dead(cause(supervisor))
            }
        let containers = try FileSystem.names(in: folder.containers).flatMap { name in
            try FileSystem.names(in: folder.attempts(of: name)).compactMap(Int.init).sorted().compactMap { attempt in
                try container(name, attempt, supervisor: isAlive ? supervisor : nil)
            }
        }
        return (
            PodRuntimeSnapshot(sandbox: sandbox.spec, sandboxState: state, containers: containers),
            isAlive ? supervisor?.process : nil
        )
    }

    private func container(_ name: String, _ attempt: Int, supervisor: SupervisorRecord?) throws -> ContainerSnapshot? {
        let place = folder.attempt(attempt, of: name)
        // An attempt that was prepared and never asked for has no state, and is as if it were not there.
        guard let record = try RecordFile.read(place.state, as: StateRecord.self),
            let launch = try RecordFile.read(place.launch, as: LaunchRecord.self)
        else { return nil }
        return ContainerSnapshot(
            name: name, attempt: attempt, id: launch.id, image: launch.image, imageDigest: launch.imageDigest,
            state: state(record, supervisor))
    }

    private func state(_ record: StateRecord, _ supervisor: SupervisorRecord?) -> ContainerState {
        switch record.state {
        case .exited(let exit): .exited(exit)
        case .startFailed(let message, let at): .startFailed(message: message, at: at)
        case .running(let process, let startedAt):
            if record.supervisor == supervisor {
                .running(process: process, startedAt: startedAt)
            } else {
                .lost(startedAt: startedAt, cause: cause(record.supervisor))
            }
        }
    }

    private func cause(_ supervisor: SupervisorRecord?) -> DeathCause {
        if let supervisor, supervisor.bootIdentity != bootIdentity { return .machineRestarted }
        return .supervisorDied
    }
}
