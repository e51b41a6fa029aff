package import Linux

/// A pod as the machine has it, read from its supervisor's records and from whether that supervisor lives.
package struct PodRuntimeSnapshot: Hashable, Sendable {
    package var sandbox: PodSandboxSpec
    package var sandboxState: SandboxState
    /// Every attempt still on record, by name and then by attempt.
    package var containers: [ContainerSnapshot]

    package init(sandbox: PodSandboxSpec, sandboxState: SandboxState, containers: [ContainerSnapshot]) {
        self.sandbox = sandbox
        self.sandboxState = sandboxState
        self.containers = containers
    }

    package var uid: String { sandbox.uid }

    /// The newest attempt of a container, or nil where it was never started.
    package func latest(_ container: String) -> ContainerSnapshot? {
        containers.last { $0.name == container }
    }

    /// The attempt before the newest one.
    package func previous(_ container: String) -> ContainerSnapshot? {
        containers.filter { $0.name == container }.dropLast().last
    }
}

/// Whether containers can be started in a pod's sandbox.
package enum SandboxState: Hashable, Sendable {
    case running(supervisorProcess: Int32)
    /// Its supervisor is gone, and every container with it: `createSandbox` makes it anew.
    case dead(DeathCause)
}

/// Why a sandbox, and what ran in it, is gone without a record of its end.
package enum DeathCause: Hashable, Sendable {
    case machineRestarted
    case supervisorDied
}

/// One attempt at running a container.
package struct ContainerSnapshot: Hashable, Sendable {
    package var name: String
    /// Counts from 0.
    package var attempt: Int
    /// Unique among all containers of all machines.
    package var id: String
    /// The reference as the pod wrote it.
    package var image: String
    /// The image's manifest digest.
    package var imageDigest: String
    package var state: ContainerState

    package init(name: String, attempt: Int, id: String, image: String, imageDigest: String, state: ContainerState) {
        self.name = name
        self.attempt = attempt
        self.id = id
        self.image = image
        self.imageDigest = imageDigest
        self.state = state
    }
}

/// How far an attempt got.
package enum ContainerState: Hashable, Sendable {
    case running(process: Int32, startedAt: Timestamp)
    case exited(ContainerExit)
    /// Its program never ran; the message says at what the preparation failed.
    case startFailed(message: String, at: Timestamp)
    /// It ran, and what ended it also ended its record.
    case lost(startedAt: Timestamp, cause: DeathCause)
}

/// How a container's first process ended.
package struct ContainerExit: Hashable, Sendable {
    /// The exit code; 128 + the signal's number where a signal ended it.
    package var code: Int32
    package var signal: Int32?
    package var isOutOfMemory: Bool
    package var startedAt: Timestamp
    package var finishedAt: Timestamp
    /// What the container left at its termination message path, at most 4096 bytes.
    package var message: String

    package init(
        code: Int32, signal: Int32?, isOutOfMemory: Bool, startedAt: Timestamp, finishedAt: Timestamp, message: String
    ) {
        self.code = code
        self.signal = signal
        self.isOutOfMemory = isOutOfMemory
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.message = message
    }
}
