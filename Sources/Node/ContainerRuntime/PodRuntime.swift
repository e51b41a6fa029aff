package import ContainerImages
import Dispatch
import Glibc
import Linux

/// The agent's side of running pods: it prepares, asks the pods' supervisors, and reads what they wrote down. It keeps
/// no state of its own, so an agent that starts anew knows as much as one that never stopped.
package actor PodRuntime {
    /// Yields when a container started or ended, or a supervisor died; the state itself is in `snapshots`.
    package nonisolated let changes: AsyncStream<Void>
    nonisolated let configuration: PodRuntimeConfiguration
    let images: ImageStore
    let bootIdentity: String
    private let bell: FileChanges
    private let executor = BlockingExecutor(label: "clusterfile.pod-runtime")
    private var watches: [ProcessIdentity: SupervisorWatch] = [:]

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Opens the records, and makes their folders where they are missing.
    package init(configuration: PodRuntimeConfiguration, images: ImageStore) throws {
        self.configuration = configuration
        self.images = images
        bootIdentity = try MachineInformation.bootIdentity()
        for folder in [configuration.recordsRoot, configuration.bellFolder] {
            try FileSystem.makeFolder(folder, mode: 0o700)
        }
        bell = try FileChanges(folders: [configuration.bellFolder])
        changes = bell.stream
    }

    /// Makes the pod's sandbox: folder, cgroup, supervisor. One that lives is kept; one that is dead is made anew, with
    /// the records of its containers' former attempts.
    @discardableResult
    package func createSandbox(_ spec: PodSandboxSpec) throws -> PodRuntimeSnapshot {
        try checkName(spec.uid)
        if let snapshot = try snapshot(spec.uid), case .running = snapshot.sandboxState { return snapshot }
        let folder = configuration.folder(spec.uid)
        let group = try podGroup(spec.uid)
        try group.destroy()
        try FileSystem.makeFolder(folder.containers, mode: 0o700)
        try removeFiles(folder)
        try writeSharedFiles(spec, folder)
        try RecordFile.write(
            SandboxRecord(spec: spec, controlGroup: group.path, bell: configuration.bellFolder), to: folder.sandbox)
        try group.make()
        try group.delegate(ControlGroup.podControllers)
        try spec.resources.apply(to: group)
        try startSupervisor(spec, folder, group)
        guard let snapshot = try snapshot(spec.uid) else { throw ContainerRuntimeError.noSandbox(uid: spec.uid) }
        return snapshot
    }

    /// Starts one attempt at running a container. An attempt that was started already is left as it is; a program that
    /// cannot be run is a state of the snapshot, not an error.
    @discardableResult
    package func startContainer(_ spec: ContainerSpec, attempt: Int, inPod uid: String) throws -> ContainerSnapshot {
        try checkName(spec.name)
        let folder = configuration.folder(uid)
        let place = folder.attempt(attempt, of: spec.name)
        let sandbox = try liveSandbox(uid)
        if !FileSystem.exists(place.state) {
            let image = try resolve(spec.image)
            let preparation = ContainerPreparation(
                spec: spec, attempt: attempt, sandbox: sandbox, image: image, folder: folder,
                logPath: configuration.logPath(sandbox, spec.name, attempt), users: try ImageUsers(of: image))
            try forgetAttempts(of: spec.name, before: attempt - 1, folder, sandbox)
            try FileSystem.makeFolder(place.path, mode: 0o700)
            try FileSystem.makeFolder(configuration.logFolder(sandbox) + "/" + spec.name)
            try AtomicFile.write([], to: place.terminationMessage, mode: 0o666, durability: .process)
            try RecordFile.write(try preparation.launch(), to: place.launch)
            try ask(.start(container: spec.name, attempt: attempt), uid)
        }
        guard
            let snapshot = try snapshot(uid)?.containers.first(where: { $0.name == spec.name && $0.attempt == attempt })
        else { throw ContainerRuntimeError.unreadableRecord(path: place.state, reason: "it is missing") }
        return snapshot
    }

    /// Asks a container to stop and returns: it gets its stop signal now, and is killed after the grace period. A later
    /// call may bring that forward. A container that does not run is as good.
    package func stopContainer(_ name: String, inPod uid: String, gracePeriodSeconds: Int) throws {
        guard let snapshot = try snapshot(uid), case .running = snapshot.sandboxState else { return }
        try ask(.stop(container: name, gracePeriodSeconds: gracePeriodSeconds), uid)
    }

    /// Everything on record, by pod uid. What cannot be read is reported on standard error and left out, never deleted.
    package func snapshots() throws -> [PodRuntimeSnapshot] {
        try FileSystem.names(in: configuration.recordsRoot).filter { !$0.hasPrefix(".") }.compactMap { uid in
            do {
                return try snapshot(uid)
            } catch {
                StandardError.write("pod \(uid): \(error)")
                return nil
            }
        }
    }

    /// One pod's records; nil where there are none.
    package func snapshot(_ uid: String) throws -> PodRuntimeSnapshot? {
        let reader = SnapshotReader(folder: configuration.folder(uid), bootIdentity: bootIdentity)
        let (snapshot, supervisor) = try reader.read()
        if let supervisor { try watch(supervisor) }
        return snapshot
    }

    /// What the containers of a dead sandbox wrote; their records and logs stay.
    private func removeFiles(_ folder: PodFolder) throws {
        for name in try FileSystem.names(in: folder.containers) {
            for attempt in try FileSystem.names(in: folder.attempts(of: name)).compactMap(Int.init) {
                try FileSystem.remove(folder.attempt(attempt, of: name).files)
            }
        }
    }

    private func liveSandbox(_ uid: String) throws -> PodSandboxSpec {
        guard let snapshot = try snapshot(uid) else { throw ContainerRuntimeError.noSandbox(uid: uid) }
        guard case .running = snapshot.sandboxState else { throw ContainerRuntimeError.sandboxDead(uid: uid) }
        return snapshot.sandbox
    }

    private func resolve(_ reference: String) throws -> Image {
        do {
            return try images.resolve(reference)
        } catch ImageError.missing {
            throw ContainerRuntimeError.imageMissing(reference: reference)
        } catch let error as ImageError {
            throw ContainerRuntimeError.imageUnusable(reference: reference, error.diagnosis)
        }
    }

    private func ask(_ request: SupervisorRequest, _ uid: String) throws {
        switch try UnixSocket.ask(request, at: configuration.folder(uid).socket) {
        case .done: break
        case .refused(let reason): throw ContainerRuntimeError.requestRefused(reason)
        }
    }

    /// Wakes the agent when a supervisor ends without a last word.
    private func watch(_ supervisor: ProcessIdentity) throws {
        watches = watches.filter { $0.key.isAlive }
        if watches[supervisor] != nil { return }
        watches[supervisor] = try SupervisorWatch(supervisor) { [bell] in bell.wake() }
    }

    private func checkName(_ name: String) throws {
        let isPlain = name.utf8.allSatisfy {
            (48...57).contains($0) || (97...122).contains($0) || (65...90).contains($0) || ".-_".utf8.contains($0)
        }
        guard isPlain, !name.isEmpty, name.utf8.count <= 63, !".-_".contains(name.prefix(1)) else {
            throw ContainerRuntimeError.invalidName(name)
        }
    }

    private func writeSharedFiles(_ spec: PodSandboxSpec, _ folder: PodFolder) throws {
        try AtomicFile.write((spec.hostname + "\n").utf8, to: folder.hostname, durability: .process)
        if let hosts = spec.hostsFile { try AtomicFile.write(hosts.utf8, to: folder.hosts, durability: .process) }
        if let resolver = spec.resolverFile {
            try AtomicFile.write(resolver.utf8, to: folder.resolver, durability: .process)
        }
    }

    private func forgetAttempts(of name: String, before: Int, _ folder: PodFolder, _ sandbox: PodSandboxSpec) throws {
        for old in try FileSystem.names(in: folder.attempts(of: name)).compactMap(Int.init) where old < before {
            try FileSystem.remove(folder.attempt(old, of: name).path)
            for file in LogFile.files(of: configuration.logPath(sandbox, name, old)) { try FileSystem.remove(file) }
        }
    }
}
