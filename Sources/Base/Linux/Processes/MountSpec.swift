import CLinux

/// One thing that a process finds below its root; carried out in order.
package enum MountSpec: Hashable, Sendable {
    /// A file or folder of the machine, with what is mounted below it; `subPath` cannot lead out of the source.
    case bind(source: String, subPath: String?, target: String, options: MountOptions)
    /// A fresh file system of a type.
    case fileSystem(type: String, target: String, options: MountOptions, data: String?)
    /// A symbolic link; what is there already stays.
    case link(to: String, target: String)
    /// A device node; the mode includes its type.
    case device(target: String, mode: UInt32, major: UInt32, minor: UInt32)
    /// Hides what is at the target, if anything is.
    case mask(target: String)
    /// Makes what is at the target, if anything is, read-only.
    case readOnly(target: String)
    /// A folder.
    case folder(target: String)

    package var target: String {
        switch self {
        case .bind(_, _, let target, _), .fileSystem(_, let target, _, _), .link(_, let target),
            .device(let target, _, _, _), .mask(let target), .readOnly(let target), .folder(let target):
            target
        }
    }
}

/// What a mount does not allow.
package struct MountOptions: OptionSet, Hashable, Sendable {
    /// mount(2)'s flags, and just as well mount_setattr(2)'s attributes: these four have the same numbers.
    package let rawValue: UInt

    package init(rawValue: UInt) {
        self.rawValue = rawValue
    }

    package static let readOnly = MountOptions(rawValue: 1)
    package static let noSetUserID = MountOptions(rawValue: 2)
    package static let noDevices = MountOptions(rawValue: 4)
    package static let noExecution = MountOptions(rawValue: 8)
}
