/// Where the runtime keeps what, and how it starts its supervisors.
package struct PodRuntimeConfiguration: Hashable, Sendable {
    /// A folder a pod, with the supervisors' records; its path may be at most 50 bytes long, because a socket's name
    /// has to fit behind it.
    package var recordsRoot: String
    /// Logs as `NAMESPACE_NAME_UID/CONTAINER/ATTEMPT.log`.
    package var logsRoot: String
    /// The cgroup that pods live in; nil asks the pods' anchor for it.
    package var controlGroup: String?
    /// The program and its first arguments that become a supervisor; the record folder is added.
    package var supervisorCommand: [String]
    /// How long a new supervisor may take until it serves.
    package var startTimeoutSeconds: Int

    package init(
        recordsRoot: String = "/var/lib/clusterfile/pods", logsRoot: String = "/var/log/pods",
        controlGroup: String? = nil,
        supervisorCommand: [String] = ["/proc/self/exe", "supervisor"], startTimeoutSeconds: Int = 20
    ) {
        self.recordsRoot = recordsRoot
        self.logsRoot = logsRoot
        self.controlGroup = controlGroup
        self.supervisorCommand = supervisorCommand
        self.startTimeoutSeconds = startTimeoutSeconds
    }
}
