/// Sets of processor numbers in libvirt's way of writing them: `0-3,6`, or `0-7,^4` for one left out.
enum ProcessorSet {
    static func text(_ numbers: Set<Int>) -> String {
        var ranges: [ClosedRange<Int>] = []
        for number in numbers.sorted() {
            if let last = ranges.last, last.upperBound == number - 1 {
                ranges[ranges.count - 1] = last.lowerBound...number
            } else {
                ranges.append(number...number)
            }
        }
        return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ",")
    }

    /// Nil for what is no such set.
    static func numbers(_ text: String) -> Set<Int>? {
        var numbers: Set<Int> = []
        for part in text.split(separator: ",") {
            let isLeftOut = part.first == "^"
            let bounds = part.drop { $0 == "^" }.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard let first = bounds.first ?? nil, let last = bounds.last ?? nil, bounds.count <= 2, first <= last,
                last < 1 << 16
            else { return nil }
            if isLeftOut { numbers.subtract(first...last) } else { numbers.formUnion(first...last) }
        }
        return numbers
    }
}
