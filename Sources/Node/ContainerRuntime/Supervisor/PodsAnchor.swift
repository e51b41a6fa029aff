import Glibc
import Linux

/// The process that keeps the delegated cgroup in which all pods live: it makes room there, says so, and waits.
package enum PodsAnchor {
    /// Where the anchor leaves the path of the pods' cgroup for the agent.
    package static let recordPath = "/run/clusterfile/pods.cgroup"

    /// Runs until the service manager ends it; the last thing a program calls.
    package static func main() -> Never {
        do {
            guard let group = try ControlGroup.of() else { throw LinuxError.unsupported("cgroup v2") }
            try claim(group)
            let signals = try SignalQueue([SIGTERM, SIGINT])
            try FileSystem.makeFolder("/run/clusterfile")
            try AtomicFile.write(group.path.utf8, to: recordPath, durability: .process)
            try ServiceNotification().ready(status: "pods live below this unit")
            var wait = pollfd(fd: signals.descriptor.raw, events: Int16(POLLIN), revents: 0)
            while poll(&wait, 1, -1) <= 0 {}
            exit(0)
        } catch {
            StandardError.write("\(error)")
            exit(1)
        }
    }

    /// Moves this process into a leaf of its own, because only a group without processes hands controllers on.
    static func claim(_ group: ControlGroup) throws(LinuxError) {
        let leaf = group.child("anchor")
        try leaf.make()
        try leaf.add(getpid())
        try group.delegate(ControlGroup.podControllers)
    }
}

extension ControlGroup {
    /// The controllers that pods and containers are bounded by.
    static let podControllers: Set<String> = ["cpu", "memory", "pids"]
}
