/// Why a domain is paused.
package enum PauseReason: Hashable, Sendable {
    /// Somebody paused it, or it was started so.
    case asked
    /// The host has no space left for what these disks (`vda`, …) want to write; it goes on by `resume` once there is some.
    case noSpace(disks: [String])
    /// The host failed to read or write these disks.
    case diskFault(disks: [String])
    /// A snapshot or a copy of it is being made, or was cut short.
    case saving
    /// Any other, by its number in libvirt's `virDomainPausedReason`.
    case other(Int)
}

extension PauseReason: CustomStringConvertible {
    /// As it stands after "paused: ".
    package var description: String {
        switch self {
        case .asked: "on request"
        case .noSpace(let disks): "no space left on the host for \(Self.list(disks))"
        case .diskFault(let disks): "the host cannot read or write \(Self.list(disks))"
        case .saving: "a snapshot is being made, or was cut short"
        case .other(let number): "libvirt's reason \(number)"
        }
    }

    private static func list(_ disks: [String]) -> String {
        disks.isEmpty ? "a disk" : (disks.count == 1 ? "disk " : "disks ") + disks.joined(separator: ", ")
    }
}
