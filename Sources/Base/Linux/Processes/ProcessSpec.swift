import CLinux
import Glibc

/// Everything about a process that is decided before it exists.
package struct ProcessSpec: Hashable, Sendable {
    /// The program and its arguments; a program without a slash is looked for in the environment's `PATH`.
    package var arguments: [String]
    /// `NAME=value` each.
    package var environment: [String]
    package var workingDirectory: String?
    /// New namespaces; every other kind is shared with the parent.
    package var namespaces: NamespaceKinds
    /// Paths of namespaces to join instead.
    package var joinedNamespaces: [String]
    /// A cgroup v2 folder that the process is born in.
    package var controlGroup: String?
    /// Where it belongs to the nearest reaper and not to its parent.
    package var isDetached: Bool
    /// Whether the kernel kills it when its parent ends.
    package var diesWithParent: Bool
    package var oomScoreAdjustment: Int?
    package var hostname: String?
    package var root: RootSpec?
    package var mounts: [MountSpec]
    package var forbidsNewPrivileges: Bool
    /// What it may keep; nil changes nothing.
    package var capabilities: Capabilities?
    package var hasDefaultSeccompFilter: Bool
    package var user: UserSpec?

    package init(arguments: [String], environment: [String]) {
        self.arguments = arguments
        self.environment = environment
        namespaces = []
        joinedNamespaces = []
        isDetached = false
        diesWithParent = false
        mounts = []
        forbidsNewPrivileges = false
        hasDefaultSeccompFilter = false
    }

    /// Where a process's root file system comes from.
    package enum RootSpec: Hashable, Sendable {
        /// A folder as it is.
        case folder(String, isReadOnly: Bool)
        /// Layers stacked with overlayfs at a mount point, the topmost first, as names in a common folder.
        case overlay(
            at: String, layersFolder: String, layers: [String], upper: String, work: String, isReadOnly: Bool)
    }

    /// Who a process runs as.
    package struct UserSpec: Hashable, Sendable {
        package var uid: UInt32
        package var gid: UInt32
        package var groups: [UInt32]

        package init(uid: UInt32, gid: UInt32, groups: [UInt32]) {
            self.uid = uid
            self.gid = gid
            self.groups = groups
        }
    }
}

/// Kinds of namespaces (namespaces(7)).
package struct NamespaceKinds: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let process = NamespaceKinds(rawValue: 1)
    package static let mount = NamespaceKinds(rawValue: 2)
    package static let network = NamespaceKinds(rawValue: 4)
    package static let hostname = NamespaceKinds(rawValue: 8)
    package static let interprocess = NamespaceKinds(rawValue: 16)
    package static let controlGroup = NamespaceKinds(rawValue: 32)

    var cloneFlags: UInt64 {
        let flags: [(NamespaceKinds, Int32)] = [
            (.process, CLONE_NEWPID), (.mount, CLONE_NEWNS), (.network, CLONE_NEWNET), (.hostname, CLONE_NEWUTS),
            (.interprocess, CLONE_NEWIPC),
        ]
        return flags.reduce(0) { contains($1.0) ? $0 | UInt64($1.1) : $0 }
    }
}
