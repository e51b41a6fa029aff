import Glibc
import Linux

extension PodRuntime {
    /// Ends a pod and takes away what is left of it: processes, mounts, cgroup, records and logs. The pod's network is
    /// `PodNetwork`'s to take away, afterwards.
    package func removePod(_ uid: String) throws {
        let folder = configuration.folder(uid)
        // A record that cannot be read must not keep the pod alive; only its logs' place is then unknown.
        let sandbox = try? RecordFile.read(folder.sandbox, as: SandboxRecord.self)
        if let group = try existingGroup(uid, sandbox) { try group.destroy() }
        if let spec = sandbox?.spec { try FileSystem.remove(configuration.logFolder(spec)) }
        try FileSystem.remove(configuration.bellFolder + "/" + uid)
        try FileSystem.remove(folder.path)
    }

    /// Removes what belongs to no pod on record: cgroups, and folders that never became a record. For the agent's start.
    package func collectGarbage() throws {
        for uid in try FileSystem.names(in: configuration.recordsRoot) where !uid.hasPrefix(".") {
            let folder = configuration.folder(uid)
            if !FileSystem.exists(folder.sandbox) { try FileSystem.remove(folder.path) }
        }
        let root = try rootGroup()
        for name in try FileSystem.names(in: root.path) where name.hasPrefix("pod") {
            let uid = String(name.dropFirst(3))
            if !FileSystem.exists(configuration.folder(uid).sandbox) { try root.child(name).destroy() }
        }
    }

    func podGroup(_ uid: String) throws -> ControlGroup { try rootGroup().child("pod" + uid) }

    private func existingGroup(_ uid: String, _ sandbox: SandboxRecord?) throws -> ControlGroup? {
        let group = try sandbox.map { ControlGroup(path: $0.controlGroup) } ?? podGroup(uid)
        return group.exists ? group : nil
    }

    private func rootGroup() throws -> ControlGroup {
        if let path = configuration.controlGroup { return ControlGroup(path: path) }
        guard FileSystem.exists(PodsAnchor.recordPath) else {
            throw ContainerRuntimeError.noControlGroup(reason: "\(PodsAnchor.recordPath) does not exist")
        }
        let group = ControlGroup(path: try FileSystem.readText(PodsAnchor.recordPath))
        guard group.exists else { throw ContainerRuntimeError.noControlGroup(reason: "\(group.path) does not exist") }
        return group
    }

    /// Starts the supervisor in the pod's cgroup and namespaces, and waits until it serves.
    func startSupervisor(_ spec: PodSandboxSpec, _ folder: PodFolder, _ group: ControlGroup) throws {
        let leaf = group.child("_supervisor")
        try leaf.make()
        var process = ProcessSpec(
            arguments: try configuration.supervisorCommand.map(resolvedProgram) + [folder.path],
            environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"])
        process.isDetached = true
        process.controlGroup = leaf.path
        process.namespaces = [.mount, .hostname, .interprocess]
        process.hostname = spec.hostname
        process.workingDirectory = "/"
        // The machine may lose a container to memory pressure, but not the record of it.
        process.oomScoreAdjustment = -998
        if case .namespace(let path) = spec.network { process.joinedNamespaces = [path] }
        let ready = try Descriptor.pipe()
        let null = try Descriptor(opening: "/dev/null", O_RDONLY)
        let log = try Descriptor(opening: folder.supervisorLog, O_WRONLY | O_CREAT | O_APPEND, mode: 0o600)
        do {
            let started = try StartedProcess.start(
                process,
                streams: .init(input: null.raw, output: log.raw, error: log.raw, passed: ready.writing.raw))
            _ = consume started
        } catch {
            throw ContainerRuntimeError.supervisorFailed(uid: spec.uid, reason: "\(error)")
        }
        try awaitReadiness(ready, spec.uid, folder)
    }

    private func awaitReadiness(_ ready: consuming Pipe, _ uid: String, _ folder: PodFolder) throws {
        let reading = ready.closingWriter()
        var wait = pollfd(fd: reading.raw, events: Int16(POLLIN), revents: 0)
        let deadline = BootTime.now().advanced(bySeconds: configuration.startTimeoutSeconds)
        while poll(&wait, 1, Int32(BootTime.now().milliseconds(until: deadline))) <= 0 {
            guard BootTime.now() < deadline else {
                throw ContainerRuntimeError.supervisorFailed(
                    uid: uid, reason: "it did not serve within \(configuration.startTimeoutSeconds) s")
            }
        }
        let told = try reading.read(upTo: 4096)
        if told == [0] { return }
        let reason =
            told.isEmpty
            ? "it ended before it served; see \(folder.supervisorLog)" : String(decoding: told, as: UTF8.self)
        throw ContainerRuntimeError.supervisorFailed(uid: uid, reason: reason)
    }

    /// The agent's own program by its file, because the link in `/proc` would mean another process after clone.
    private func resolvedProgram(_ argument: String) throws -> String {
        argument == "/proc/self/exe" ? try FileSystem.linkTarget(argument) : argument
    }
}

extension PodRuntimeConfiguration {
    var bellFolder: String { recordsRoot + "/.changes" }

    func folder(_ uid: String) -> PodFolder { PodFolder(path: recordsRoot + "/" + uid) }

    func logFolder(_ sandbox: PodSandboxSpec) -> String {
        "\(logsRoot)/\(sandbox.namespace)_\(sandbox.name)_\(sandbox.uid)"
    }

    func logPath(_ sandbox: PodSandboxSpec, _ container: String, _ attempt: Int) -> String {
        "\(logFolder(sandbox))/\(container)/\(attempt).log"
    }
}
