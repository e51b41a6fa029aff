package import JSON
import Objects

/// What pods ask of a node, or what a node offers.
package struct Resources: Hashable, Sendable {
    package var cpuMillicores: Int
    package var memoryBytes: Int
    package var pods: Int
    /// Further countable things by name, such as `ephemeral-storage`, in whole units.
    package var others: [String: Int]

    package init(cpuMillicores: Int = 0, memoryBytes: Int = 0, pods: Int = 0, others: [String: Int] = [:]) {
        self.cpuMillicores = cpuMillicores
        self.memoryBytes = memoryBytes
        self.pods = pods
        self.others = others
    }

    /// Reads a map of quantities, such as `requests` or `allocatable`.
    package init(quantities: JSON?) {
        self.init()
        for (name, value) in quantities?.object ?? [:] {
            guard let quantity = Self.quantity(value) else { continue }
            switch name {
            case "cpu": cpuMillicores = quantity.thousandths
            case "memory": memoryBytes = quantity.units
            case "pods": pods = quantity.units
            default: others[name] = quantity.units
            }
        }
    }

    private static func quantity(_ value: JSON) -> Quantity? {
        switch value {
        case .string(let text): Quantity(text)
        case .integer(let number): Quantity(String(number))
        case .number(let number): Quantity("\(number)")
        default: nil
        }
    }

    /// Both together, thing by thing.
    package static func + (left: Resources, right: Resources) -> Resources {
        Resources(
            cpuMillicores: left.cpuMillicores + right.cpuMillicores,
            memoryBytes: left.memoryBytes + right.memoryBytes, pods: left.pods + right.pods,
            others: left.others.merging(right.others, uniquingKeysWith: +))
    }

    /// What is left of the first without the second, thing by thing; it may be negative.
    package static func - (left: Resources, right: Resources) -> Resources {
        Resources(
            cpuMillicores: left.cpuMillicores - right.cpuMillicores,
            memoryBytes: left.memoryBytes - right.memoryBytes, pods: left.pods - right.pods,
            others: left.others.merging(right.others.mapValues { -$0 }, uniquingKeysWith: +))
    }

    /// The greater of both, thing by thing.
    package func union(_ other: Resources) -> Resources {
        Resources(
            cpuMillicores: max(cpuMillicores, other.cpuMillicores), memoryBytes: max(memoryBytes, other.memoryBytes),
            pods: max(pods, other.pods), others: others.merging(other.others, uniquingKeysWith: max))
    }
}
