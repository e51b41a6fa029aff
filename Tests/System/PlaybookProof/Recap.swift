/// What the end of a run's output counts, a host each, as both tools print it.
struct Recap: Equatable, Sendable, CustomStringConvertible {
    /// In the order of `names`.
    private(set) var counts: [String: [Int]] = [:]

    static let names = ["ok", "changed", "unreachable", "failed", "skipped", "rescued", "ignored"]

    init(output: String) {
        let lines = output.split(separator: "\n")
        guard let start = lines.lastIndex(where: { $0.hasPrefix("PLAY RECAP") }) else { return }
        for line in lines[lines.index(after: start)...] {
            guard let host = line.firstMatch(of: /^(\S+)\s*:\s+ok=/)?.1 else { continue }
            counts[String(host)] = Self.names.map { name in
                line.split(separator: " ").first { $0.hasPrefix(name + "=") }
                    .flatMap { Int($0.dropFirst(name.count + 1)) } ?? 0
            }
        }
    }

    var description: String {
        counts.sorted { $0.key < $1.key }.map { host, counts in
            "\(host): "
                + zip(Self.names, counts).filter { $0.1 > 0 || $0.0 == "ok" }.map { "\($0)=\($1)" }
                .joined(separator: " ")
        }.joined(separator: ", ")
    }

    /// The sums over all hosts, as a table's cell.
    var cell: String {
        let sums = Self.names.indices.map { index in counts.values.reduce(0) { $0 + $1[index] } }
        return zip(Self.names, sums).filter { $0.1 > 0 || $0.0 == "changed" }.map { "\($1) \($0)" }
            .joined(separator: ", ")
    }
}
