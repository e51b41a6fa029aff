import JSON
import Objects

/// How firmly a pod's resources are promised; it decides who is killed first when memory is short.
enum QualityOfService: String {
    case guaranteed = "Guaranteed"
    case burstable = "Burstable"
    case bestEffort = "BestEffort"

    static func of(_ pod: PodView) -> QualityOfService {
        var isAnyAsked = false
        var areAllBound = true
        for container in pod.containers + pod.initContainers {
            for resource in ["cpu", "memory"] {
                let limit = amount(container[path: "resources", "limits", resource])
                let request = amount(container[path: "resources", "requests", resource]) ?? limit
                if request ?? 0 > 0 || limit ?? 0 > 0 { isAnyAsked = true }
                if limit == nil || limit != request { areAllBound = false }
            }
        }
        return !isAnyAsked ? .bestEffort : areAllBound ? .guaranteed : .burstable
    }

    /// A quantity in thousandths, or nil.
    static func amount(_ value: JSON?) -> Int? {
        switch value {
        case .string(let text): Quantity(text)?.thousandths
        case .integer(let number): Quantity(String(number))?.thousandths
        case .number(let number): Quantity("\(number)")?.thousandths
        default: nil
        }
    }

    /// The kernel's preference, by Kubernetes' formula.
    func outOfMemoryScore(memoryRequestBytes: Int, capacityBytes: Int) -> Int {
        switch self {
        case .guaranteed: -997
        case .bestEffort: 1000
        case .burstable:
            min(999, max(3, 1000 - Int(1000 * Double(memoryRequestBytes) / Double(max(1, capacityBytes)))))
        }
    }
}
