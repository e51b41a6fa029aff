/// The identity under which everything of a cluster is found in libvirt and in the state folder, in lower case.
package struct ClusterUUID: Hashable, Sendable {
    package let text: String

    /// Reads 36 characters such as `6f1c7a52-…`; nil for anything else.
    package init?(_ text: String) {
        let groups = text.lowercased().split(separator: "-", omittingEmptySubsequences: false)
        guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12], groups.allSatisfy({ $0.allSatisfy(\.isHexDigit) }) else {
            return nil
        }
        self.text = text.lowercased()
    }
}

extension ClusterUUID: CustomStringConvertible {
    package var description: String { text }
}

extension ClusterUUID {
    /// The libvirt UUID of one of the cluster's machines: a copy of a domain made by hand has another one.
    package func domainUUID(ofMachine machine: String) -> String { Fingerprint(of: "domain", text, machine).uuidText }

    /// The libvirt UUID of the cluster's network.
    package var networkUUID: String { Fingerprint(of: "network", text).uuidText }

    /// The libvirt UUID of a network beyond the cluster's own.
    package func networkUUID(named name: String) -> String { Fingerprint(of: "network", text, name).uuidText }

    /// The name of a machine's volume: `UUID.MACHINE.DISK`.
    package func volumeName(machine: String, disk: String) -> String { "\(text).\(machine).\(disk)" }

    /// The machine and the disk of a volume of this cluster, or nil for every other volume.
    package func owner(ofVolume name: String) -> (machine: String, disk: String)? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, parts[0] == text, !parts[1].isEmpty, !parts[2].isEmpty else { return nil }
        return (parts[1], parts[2])
    }
}
