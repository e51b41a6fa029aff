/// The hardware address of a machine's network card, in QEMU's range: `52:54:00:ab:cd:ef`.
package struct MACAddress: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// The address that a machine of a cluster has on every run; `attempt` gives others where two machines fell on the same.
    init(cluster: ClusterUUID, machine: String, attempt: Int) {
        let bits = UInt64(truncatingIfNeeded: Fingerprint(of: "mac", cluster.text, machine, String(attempt)).value)
        let octets = [16, 8, 0].map { shift in
            let digits = String(bits >> UInt64(shift) & 0xFF, radix: 16)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }
        description = "52:54:00:" + octets.joined(separator: ":")
    }
}
