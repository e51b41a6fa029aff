/// The digest of what a machine was made from, kept in its domain's metadata as `SYSTEM-HARDWARE`.
package struct SpecHash: Hashable, Sendable {
    /// What only a new disk can change: image, first boot, user, name, and the address in the cluster's own network.
    package let system: String
    /// What of the domain's definition cannot be compared with libvirt's: the XML overlay, and the card of the tunnels.
    package let hardware: String

    init(system: String, hardware: String) {
        self.system = system
        self.hardware = hardware
    }

    /// Reads `SYSTEM-HARDWARE`; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.init(system: String(parts[0]), hardware: String(parts[1]))
    }
}

extension SpecHash: CustomStringConvertible {
    package var description: String { "\(system)-\(hardware)" }
}
