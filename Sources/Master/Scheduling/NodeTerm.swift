package import JSON

/// One term of a node affinity: all of its expressions must hold; without any it matches nothing.
package struct NodeTerm: Hashable, Sendable {
    private struct Expression: Hashable, Sendable {
        var key: String
        var operation: String
        var values: [String]
    }

    private var labels: [Expression]
    private var fields: [Expression]

    /// Reads an entry of `nodeSelectorTerms`, or a `preference`.
    package init(_ term: JSON) {
        func read(_ list: JSON?) -> [Expression] {
            (list?.array ?? []).map {
                Expression(
                    key: $0["key"]?.string ?? "", operation: $0["operator"]?.string ?? "",
                    values: $0["values"]?.array?.compactMap(\.string) ?? [])
            }
        }
        labels = read(term["matchExpressions"])
        fields = read(term["matchFields"])
    }

    /// Whether a node of that name with those labels is meant.
    package func matches(name: String, labels nodeLabels: [String: String]) -> Bool {
        guard !labels.isEmpty || !fields.isEmpty else { return false }
        return labels.allSatisfy { Self.holds($0, nodeLabels[$0.key]) }
            && fields.allSatisfy { Self.holds($0, $0.key == "metadata.name" ? name : nil) }
    }

    private static func holds(_ expression: Expression, _ value: String?) -> Bool {
        switch expression.operation {
        case "In": value.map(expression.values.contains) ?? false
        case "NotIn": value.map { !expression.values.contains($0) } ?? true
        case "Exists": value != nil
        case "DoesNotExist": value == nil
        case "Gt", "Lt":
            if let number = value.flatMap({ Int($0) }), let bound = expression.values.first.flatMap({ Int($0) }) {
                expression.operation == "Gt" ? number > bound : number < bound
            } else {
                false
            }
        default: false
        }
    }
}
