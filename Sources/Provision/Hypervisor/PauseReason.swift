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
    /// It was taken back to a snapshot, and nobody let it go on since.
    case restored
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
        case .restored: "it was taken back to a snapshot and does not go on yet"
        case .other(let number): "libvirt's reason \(number)"
        }
    }

    /// What lets it go on, as it stands after "fix: ".
    package var remedy: String {
        switch self {
        case .asked, .saving, .restored, .other: "let it go on with clusterfile up"
        case .noSpace: "free some space on the host's disk, then let it go on with clusterfile up: nothing is lost"
        case .diskFault: "mend the host's disk, then let it go on with clusterfile up"
        }
    }

    /// Why it is paused, where nobody asked for that.
    package var fault: String? { self == .asked ? nil : description }

    private static func list(_ disks: [String]) -> String {
        disks.isEmpty ? "a disk" : (disks.count == 1 ? "disk " : "disks ") + disks.joined(separator: ", ")
    }
}
