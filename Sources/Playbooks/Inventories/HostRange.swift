internal import Diagnostics

/// The names that `node[1:3]`, `node[01:12:2]`, `rack[a:c]-[1:2]` stand for.
enum HostRange {
    private static let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ").map(String.init)
    private static let limit = 100_000

    static func expand(_ pattern: String, _ place: SourceLocation) throws(InventoryError) -> [String] {
        guard let open = pattern.firstIndex(of: "[") else { return [pattern] }
        guard let close = pattern[open...].firstIndex(of: "]") else { throw .badRange(pattern, at: place) }
        let inner = pattern[pattern.index(after: open)..<close]
        guard let values = values(inner.split(separator: ":", omittingEmptySubsequences: false).map(String.init)) else {
            throw .badRange(pattern, at: place)
        }
        let tails = try expand(String(pattern[pattern.index(after: close)...]), place)
        guard values.count * tails.count <= limit else { throw .badRange(pattern, at: place) }
        return values.flatMap { value in tails.map { pattern[..<open] + value + $0 } }
    }

    /// The values from one bound to the other; a first bound that begins with 0 gives all values its width.
    private static func values(_ bounds: [String]) -> [String]? {
        guard (2...3).contains(bounds.count), let step = bounds.count == 3 ? Int(bounds[2]) : 1, step > 0 else {
            return nil
        }
        let begin = bounds[0].isEmpty ? "0" : bounds[0]
        if let from = letters.firstIndex(of: begin), let to = letters.firstIndex(of: bounds[1]) {
            return from <= to ? stride(from: from, through: to, by: step).map { letters[$0] } : nil
        }
        guard let from = Int(begin), let to = Int(bounds[1]), from >= 0, to - from < limit else { return nil }
        let width = begin.hasPrefix("0") && begin.count > 1 ? begin.count : 0
        guard width == 0 || width == bounds[1].count else { return nil }
        return stride(from: from, through: to, by: step).map { number in
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
    }
}
