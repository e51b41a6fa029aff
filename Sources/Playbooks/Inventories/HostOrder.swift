/// The order in which a play goes through its hosts.
package enum HostOrder: String, Hashable, Sendable, CaseIterable {
    case inventory
    case sorted
    case reverseSorted = "reverse_sorted"
    case reverseInventory = "reverse_inventory"
    case shuffle

    /// The hosts in this order, from the inventory's.
    package func arrange(_ hosts: [String], using generator: inout some RandomNumberGenerator) -> [String] {
        switch self {
        case .inventory: hosts
        case .sorted: hosts.sorted(by: Self.precedes)
        case .reverseSorted: hosts.sorted { Self.precedes($1, $0) }
        case .reverseInventory: hosts.reversed()
        case .shuffle: hosts.shuffled(using: &generator)
        }
    }

    /// By code points, as Python compares.
    private static func precedes(_ left: String, _ right: String) -> Bool {
        left.unicodeScalars.lexicographicallyPrecedes(right.unicodeScalars)
    }
}
