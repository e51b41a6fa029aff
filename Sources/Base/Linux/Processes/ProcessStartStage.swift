import CLinux

/// How far the preparation of a process got before it failed.
package enum ProcessStartStage: Int32, Hashable, Sendable, CaseIterable {
    case clone = 1
    case session, joinNamespace, cgroupNamespace, oomScore, propagation, root, mount, pivot, hostname
    case stdio, noNewPrivileges, seccomp, capabilities, user, workingDirectory, execute

    /// What was to be done, as it stands after "cannot".
    package var purpose: String {
        switch self {
        case .clone: "make a process"
        case .session: "start a session"
        case .joinNamespace: "join a namespace"
        case .cgroupNamespace: "make a cgroup namespace"
        case .oomScore: "set the out-of-memory score"
        case .propagation: "separate the mounts"
        case .root: "mount the root file system"
        case .mount: "mount"
        case .pivot: "change the root"
        case .hostname: "set the host name"
        case .stdio: "connect the standard streams"
        case .noNewPrivileges: "set no_new_privs"
        case .seccomp: "install the seccomp filter"
        case .capabilities: "drop capabilities"
        case .user: "become the user"
        case .workingDirectory: "enter the working directory"
        case .execute: "run"
        }
    }
}
