/// One container as its pod wants it; what is nil comes from the image.
package struct ContainerSpec: Hashable, Sendable {
    package var name: String
    /// An image reference such as `busybox` or `docker.io/library/busybox:latest`.
    package var image: String
    /// Replaces the image's entrypoint, and with it the image's command.
    package var command: [String]?
    /// Replaces the image's command.
    package var arguments: [String]?
    /// Added to, and winning over, the image's environment.
    package var environment: [EnvironmentVariable]
    package var workingDirectory: String?
    package var user: ContainerUser
    package var mounts: [ContainerMount]
    package var resources: ContainerResources
    package var security: ContainerSecurity
    /// Where the container may leave its last words; the runtime puts a file of its own there.
    package var terminationMessagePath: String
    package var logLimit: LogLimit

    package init(
        name: String, image: String, command: [String]? = nil, arguments: [String]? = nil,
        environment: [EnvironmentVariable] = [], workingDirectory: String? = nil, user: ContainerUser = ContainerUser(),
        mounts: [ContainerMount] = [], resources: ContainerResources = ContainerResources(),
        security: ContainerSecurity = ContainerSecurity(), terminationMessagePath: String = "/dev/termination-log",
        logLimit: LogLimit = LogLimit()
    ) {
        self.name = name
        self.image = image
        self.command = command
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.user = user
        self.mounts = mounts
        self.resources = resources
        self.security = security
        self.terminationMessagePath = terminationMessagePath
        self.logLimit = logLimit
    }
}

/// One `NAME=value` of a process's environment.
package struct EnvironmentVariable: Hashable, Sendable {
    package var name: String
    package var value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// Who a container runs as; what is nil comes from the image, and root where that says nothing.
package struct ContainerUser: Hashable, Sendable {
    package var uid: UInt32?
    package var gid: UInt32?
    package var supplementalGroups: [UInt32]

    package init(uid: UInt32? = nil, gid: UInt32? = nil, supplementalGroups: [UInt32] = []) {
        self.uid = uid
        self.gid = gid
        self.supplementalGroups = supplementalGroups
    }
}

/// Bounds of memory, processor and processes; nil is unbounded.
package struct ContainerResources: Hashable, Sendable {
    package var memoryBytes: Int64?
    package var cpuMillicores: Int?
    /// What the pod requests of the processor, in thousandths; it decides shares under contention.
    package var cpuRequestMillicores: Int?
    package var maximumProcesses: Int?
    /// The kernel's preference for killing it when memory is short: −1000 never, 1000 first.
    package var oomScoreAdjustment: Int

    package init(
        memoryBytes: Int64? = nil, cpuMillicores: Int? = nil, cpuRequestMillicores: Int? = nil,
        maximumProcesses: Int? = nil, oomScoreAdjustment: Int = 0
    ) {
        self.memoryBytes = memoryBytes
        self.cpuMillicores = cpuMillicores
        self.cpuRequestMillicores = cpuRequestMillicores
        self.maximumProcesses = maximumProcesses
        self.oomScoreAdjustment = oomScoreAdjustment
    }
}

/// What a container may do to the machine's kernel.
package struct ContainerSecurity: Hashable, Sendable {
    /// All capabilities, all devices, no seccomp, nothing masked.
    package var isPrivileged: Bool
    /// Capability names with or without `CAP_`, or `ALL`.
    package var addedCapabilities: [String]
    package var droppedCapabilities: [String]
    package var hasReadOnlyRoot: Bool
    /// Whether set-user-ID programs work; otherwise no_new_privs is set.
    package var allowsPrivilegeEscalation: Bool
    /// Whether the default seccomp filter is left out.
    package var isSeccompUnconfined: Bool

    package init(
        isPrivileged: Bool = false, addedCapabilities: [String] = [], droppedCapabilities: [String] = [],
        hasReadOnlyRoot: Bool = false, allowsPrivilegeEscalation: Bool = false, isSeccompUnconfined: Bool = false
    ) {
        self.isPrivileged = isPrivileged
        self.addedCapabilities = addedCapabilities
        self.droppedCapabilities = droppedCapabilities
        self.hasReadOnlyRoot = hasReadOnlyRoot
        self.allowsPrivilegeEscalation = allowsPrivilegeEscalation
        self.isSeccompUnconfined = isSeccompUnconfined
    }
}

/// When a container's log file is turned over, and how many turned-over files are kept beside it.
package struct LogLimit: Hashable, Sendable {
    package var maximumBytes: Int
    package var maximumFiles: Int

    package init(maximumBytes: Int = 10 << 20, maximumFiles: Int = 5) {
        self.maximumBytes = maximumBytes
        self.maximumFiles = maximumFiles
    }
}
