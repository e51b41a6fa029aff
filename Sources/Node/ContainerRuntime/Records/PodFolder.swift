/// Where a pod's records lie: one folder a pod, which its supervisor and the agent share.
struct PodFolder: Hashable, Sendable {
    let path: String

    var sandbox: String { path + "/sandbox.json" }
    var supervisor: String { path + "/supervisor.json" }
    var socket: String { path + "/socket" }
    var supervisorLog: String { path + "/supervisor.log" }
    var hosts: String { path + "/hosts" }
    var hostname: String { path + "/hostname" }
    var resolver: String { path + "/resolv.conf" }
    var sharedMemory: String { path + "/shm" }
    var containers: String { path + "/containers" }

    func attempts(of container: String) -> String { containers + "/" + container }

    func attempt(_ attempt: Int, of container: String) -> AttemptFolder {
        AttemptFolder(path: attempts(of: container) + "/\(attempt)")
    }
}

/// Where one attempt at running a container keeps its records and its files.
struct AttemptFolder: Hashable, Sendable {
    let path: String

    var launch: String { path + "/launch.json" }
    var state: String { path + "/state.json" }
    var terminationMessage: String { path + "/termination-log" }
    /// The mount point of its root, and what it writes there; gone with its last process.
    var files: String { path + "/files" }
    var root: String { files + "/root" }
    var upper: String { files + "/upper" }
    var work: String { files + "/work" }
}
