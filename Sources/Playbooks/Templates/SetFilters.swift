internal import JSON

extension FilterTable {
    static let setFilters: [String: Filter] = [
        "union": plain { value, arguments in
            .array(uniqued(try value.elements() + arguments.required(0, "other", of: "union").elements()))
        },
        "intersect": plain { value, arguments in
            let other = try arguments.required(0, "other", of: "intersect").elements()
            return .array(uniqued(try value.elements()).filter { element in other.contains { $0.equals(element) } })
        },
        "difference": plain { value, arguments in
            let other = try arguments.required(0, "other", of: "difference").elements()
            return .array(uniqued(try value.elements()).filter { element in !other.contains { $0.equals(element) } })
        },
        "symmetric_difference": plain { value, arguments in
            let (left, right) = (
                try value.elements(), try arguments.required(0, "other", of: "symmetric_difference").elements()
            )
            return .array(
                uniqued(
                    left.filter { element in !right.contains { $0.equals(element) } }
                        + right.filter { element in !left.contains { $0.equals(element) } }))
        },
        "zip": plain { value, arguments in
            let lists = try [value.elements()] + arguments.positional.map { try $0.resolved().elements() }
            return .array((0..<(lists.map(\.count).min() ?? 0)).map { index in .array(lists.map { $0[index] }) })
        },
        "zip_longest": plain { value, arguments in
            let lists = try [value.elements()] + arguments.positional.map { try $0.resolved().elements() }
            let fill = try arguments.named.first { $0.name == "fillvalue" }?.value.resolved() ?? .null
            return .array(
                (0..<(lists.map(\.count).max() ?? 0)).map { index in
                    .array(lists.map { $0.indices.contains(index) ? $0[index] : fill })
                })
        },
        "product": plain { value, arguments in
            let lists = try [value.elements()] + arguments.positional.map { try $0.resolved().elements() }
            let times = try arguments.named.first { $0.name == "repeat" }?.value.resolved().integer ?? 1
            let all = (0..<max(0, min(times, 32))).flatMap { _ in lists }
            try bounded("product", all.reduce(1.0) { $0 * Double($1.count) })
            return .array(
                all.reduce([[JSON]()]) { rows, list in rows.flatMap { row in list.map { row + [$0] } } }
                    .map { .array($0) })
        },
        "permutations": plain { value, arguments in
            let elements = try value.elements()
            let size = try arguments.integer(0, "r") ?? elements.count
            guard size >= 0 else { throw TemplateProblemThrown.bad("permutations", "the size is at least 0") }
            if size > elements.count { return [] }
            try bounded("permutations", (0..<size).reduce(1.0) { $0 * Double(elements.count - $1) })
            return .array(permutations(Array(elements.indices), size).map { .array($0.map { elements[$0] }) })
        },
        "combinations": plain { value, arguments in
            let elements = try value.elements()
            guard let size = try arguments.integer(0, "r"), size >= 0 else {
                throw TemplateProblemThrown.bad("combinations", "it needs the size, at least 0")
            }
            if size > elements.count { return [] }
            try bounded(
                "combinations", (0..<size).reduce(1.0) { $0 * Double(elements.count - $1) / Double($1 + 1) })
            return .array(combinations(elements.indices, size).map { .array($0.map { elements[$0] }) })
        },
    ]

    static func uniqued(_ elements: [JSON]) -> [JSON] {
        var seen: Set<JSON> = []
        return elements.filter { seen.insert($0.comparable).inserted }
    }

    private static func bounded(_ name: String, _ count: Double) throws {
        guard count <= 1_000_000 else { throw TemplateProblemThrown.bad(name, "more than a million results") }
    }

    private static func permutations(_ indices: [Int], _ size: Int) -> [[Int]] {
        guard size > 0 else { return [[]] }
        return indices.flatMap { first in
            permutations(indices.filter { $0 != first }, size - 1).map { [first] + $0 }
        }
    }

    private static func combinations(_ indices: Range<Int>, _ size: Int) -> [[Int]] {
        guard size > 0 else { return [[]] }
        return indices.flatMap { first in combinations((first + 1)..<indices.upperBound, size - 1).map { [first] + $0 }
        }
    }
}

extension JSON {
    /// The value in a form in which what Python holds equal is the same.
    var comparable: JSON {
        switch self {
        case .bool(let value): .integer(value ? 1 : 0)
        case .number(let number): Int64(exactly: number).map { .integer($0) } ?? self
        case .array(let elements): .array(elements.map(\.comparable))
        case .object(let members): .object(JSONObject(members.members.map { ($0.key, $0.value.comparable) }))
        default: self
        }
    }
}
