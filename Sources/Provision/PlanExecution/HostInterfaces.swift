import Linux

/// An IPv4 address of this host and the interface that has it.
struct HostInterface: Hashable, Sendable {
    var name: String
    var address: String
    var prefixLength: Int

    /// All of them, those of the network namespace that this program is in.
    static func all() throws -> [HostInterface] {
        try NetworkInterface.all().map {
            HostInterface(name: $0.name, address: $0.address, prefixLength: $0.prefixLength)
        }
    }

    /// All of them of another network namespace.
    static func all(in namespace: String) throws -> [HostInterface] {
        try NetworkNamespace.inside(path: namespace) { try all() }
    }
}
