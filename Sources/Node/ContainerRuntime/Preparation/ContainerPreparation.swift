import ContainerImages
import Linux

/// Decides everything about one attempt at running a container, from what the pod wants and what the image says.
struct ContainerPreparation {
    let spec: ContainerSpec
    let attempt: Int
    let sandbox: PodSandboxSpec
    let image: Image
    let folder: PodFolder
    let logPath: String
    let users: ImageUsers
    /// The machine's device nodes, which only a privileged container gets to see.
    var devices: () throws -> [MachineDevice] = MachineDevice.all

    private var place: AttemptFolder { folder.attempt(attempt, of: spec.name) }

    /// The record that the supervisor starts from.
    func launch() throws -> LaunchRecord {
        let (user, home) = try users.resolve(spec.user, image: image.configuration, reference: spec.image)
        var process = ProcessSpec(arguments: try arguments(), environment: environment(home: home))
        process.workingDirectory = workingDirectory
        process.namespaces = [.process, .mount, .controlGroup]
        process.diesWithParent = true
        process.oomScoreAdjustment = spec.resources.oomScoreAdjustment
        process.root = .overlay(
            at: place.root, layersFolder: image.layersFolder, layers: image.layers, upper: place.upper,
            work: place.work,
            isReadOnly: spec.security.hasReadOnlyRoot)
        process.mounts = try ContainerMounts(spec: spec, sandbox: sandbox, folder: folder, place: place)
            .all(devices: devices, workingDirectory: workingDirectory)
        process.forbidsNewPrivileges = !spec.security.allowsPrivilegeEscalation && !spec.security.isPrivileged
        process.capabilities = try capabilities()
        process.hasDefaultSeccompFilter = !spec.security.isSeccompUnconfined && !spec.security.isPrivileged
        process.user = user
        return LaunchRecord(
            id: "\(sandbox.uid)-\(spec.name)-\(attempt)", image: spec.image, imageDigest: image.digest,
            process: process,
            resources: spec.resources, logPath: logPath, logLimit: spec.logLimit, stopSignal: try stopSignal())
    }

    /// The pod's command replaces both of the image's, its arguments only the image's command.
    private func arguments() throws(ContainerRuntimeError) -> [String] {
        let program = spec.command ?? image.configuration.entrypoint
        let rest = spec.arguments ?? (spec.command == nil ? image.configuration.command : [])
        guard let first = (program + rest).first, !first.isEmpty else {
            throw .noCommand(container: spec.name, image: spec.image)
        }
        return program + rest
    }

    private func environment(home: String) -> [String] {
        var names: [String] = []
        var values: [String: String] = [:]
        func set(_ name: String, _ value: String) {
            if values.updateValue(value, forKey: name) == nil { names.append(name) }
        }
        set("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        set("HOSTNAME", sandbox.hostname)
        set("HOME", home)
        for line in image.configuration.environment {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            set(String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
        }
        for variable in spec.environment { set(variable.name, variable.value) }
        return names.map { "\($0)=\(values[$0] ?? "")" }
    }

    private var workingDirectory: String {
        let wanted = spec.workingDirectory ?? image.configuration.workingDirectory
        return wanted.isEmpty ? "/" : wanted
    }

    /// What containers may do on Kubernetes unless they say otherwise.
    static let defaultCapabilities: [Capability] = [
        .chown, .dacOverride, .fsetid, .fowner, .mknod, .netRaw, .setgid, .setuid, .setfcap, .setpcap, .netBindService,
        .sysChroot, .kill, .auditWrite,
    ]

    private func capabilities() throws(ContainerRuntimeError) -> Capabilities? {
        if spec.security.isPrivileged { return nil }
        var set = Set(ContainerPreparation.defaultCapabilities)
        if includesAll(spec.security.addedCapabilities) { set = Set(Capability.allCases) }
        let dropped = try named(spec.security.droppedCapabilities)
        if includesAll(spec.security.droppedCapabilities) { set = [] }
        set.subtract(dropped)
        // What is asked for by its name wins over a blanket drop.
        set.formUnion(try named(spec.security.addedCapabilities))
        return Capabilities(set)
    }

    private func includesAll(_ names: [String]) -> Bool { names.contains { $0.uppercased() == "ALL" } }

    private func named(_ names: [String]) throws(ContainerRuntimeError) -> Set<Capability> {
        var set: Set<Capability> = []
        for name in names where name.uppercased() != "ALL" {
            guard let capability = Capability(name: name) else {
                throw .unknownCapability(name, container: spec.name)
            }
            set.insert(capability)
        }
        return set
    }

    private func stopSignal() throws(ContainerRuntimeError) -> Int32 {
        guard let name = image.configuration.stopSignal else { return SignalName.terminate }
        guard let number = SignalName.number(name) else { throw .unknownSignal(name, image: spec.image) }
        return number
    }
}
