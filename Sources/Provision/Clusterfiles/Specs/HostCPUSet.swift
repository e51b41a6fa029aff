/// CPUs of the host, as libvirt writes them: `0-3,8`.
package struct HostCPUSet: Hashable, Sendable {
    /// Ascending, without repetition, never empty.
    package let numbers: [Int]

    /// Reads single numbers and ranges with commas between them; nil for anything else.
    package init?(_ text: String) {
        var numbers: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let bounds = part.split(separator: "-", omittingEmptySubsequences: false).map { Self.number($0) }
            guard let first = bounds.first ?? nil, let last = bounds.last ?? nil, bounds.count <= 2, first <= last
            else {
                return nil
            }
            numbers.formUnion(first...last)
        }
        self.numbers = numbers.sorted()
    }

    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text).flatMap { $0 < 4096 ? $0 : nil }
    }
}

extension HostCPUSet: CustomStringConvertible {
    package var description: String {
        var ranges: [ClosedRange<Int>] = []
        for number in numbers {
            if let last = ranges.last, last.upperBound == number - 1 {
                ranges[ranges.count - 1] = last.lowerBound...number
            } else {
                ranges.append(number...number)
            }
        }
        return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ",")
    }
}
