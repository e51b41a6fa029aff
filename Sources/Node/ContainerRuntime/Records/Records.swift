import Linux

/// A pod's sandbox as the agent asked for it.
struct SandboxRecord: Hashable {
    var spec: PodSandboxSpec
    /// The cgroup that holds the pod.
    var controlGroup: String
    /// A folder in which a file is touched after each change.
    var bell: String
}

/// Which process supervises a pod, on which boot.
struct SupervisorRecord: Hashable {
    var bootIdentity: String
    var process: ProcessIdentity
}

/// Everything the supervisor needs to start one attempt; decided by the agent.
struct LaunchRecord: Hashable {
    var id: String
    var image: String
    var imageDigest: String
    var process: ProcessSpec
    var resources: ContainerResources
    var logPath: String
    var logLimit: LogLimit
    var stopSignal: Int32
}

/// How far an attempt got, as its supervisor wrote it down.
struct StateRecord: Hashable {
    var supervisor: SupervisorRecord
    var state: State

    enum State: Hashable {
        case running(process: Int32, startedAt: Timestamp)
        case exited(ContainerExit)
        case startFailed(message: String, at: Timestamp)
    }
}
