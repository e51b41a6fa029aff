internal import Diagnostics
internal import YAML

/// What the reading of a value knows beyond the value: the key it belongs to, the file, the environment.
struct ReadingContext: Sendable {
    /// The key whose value is read, for messages.
    var key = ""
    let source: SourceText
    let environment: [String: String]
    let mistakes: Mistakes

    /// The same for another key.
    func of(_ key: String) -> ReadingContext {
        var copy = self
        copy.key = key
        return copy
    }

    /// A scalar with what it takes from the environment; everything else as it is.
    func expanded(_ node: YAMLNode) throws(Complaint) -> YAMLNode {
        guard case .scalar(var scalar) = node.content, scalar.text.contains("${") else { return node }
        let substitution = Substitution(scalar.text, environment)
        for (occurrence, fault) in substitution.faults {
            mistakes.add(
                LanguageMistake.environment(
                    fault, known: environment.keys.sorted(), source.place(ofVariable: occurrence, from: node.location)))
        }
        guard substitution.faults.isEmpty else { throw .reported }
        scalar.text = substitution.text
        return YAMLNode(.scalar(scalar), tag: node.tag, at: node.location)
    }

    /// A whole tree with what its scalars take from the environment; what cannot be put in is reported and stays. Keys stay too.
    func expandedTree(_ node: YAMLNode) -> YAMLNode {
        var tree = node
        switch node.content {
        case .scalar:
            do throws(Complaint) { return try expanded(node) } catch { return node }
        case .sequence(let elements): tree.content = .sequence(elements.map(expandedTree))
        case .mapping(var entries):
            for index in entries.indices { entries[index].value = expandedTree(entries[index].value) }
            tree.content = .mapping(entries)
        }
        return tree
    }

    /// An element of the key's value, or nil where it does not fit and was reported.
    func element<Value>(_ node: YAMLNode, _ shape: Shape<Value>) -> Value? {
        do throws(Complaint) {
            return try shape.value(of: node, in: self)
        } catch {
            report(error, shape, node, isElement: true)
            return nil
        }
    }

    func report<Value>(_ complaint: Complaint, _ shape: Shape<Value>, _ node: YAMLNode, isElement: Bool = false) {
        if case .reported = complaint { return }
        mistakes.add(
            LanguageMistake.misfit(
                key: key, wants: shape.wants, example: shape.example, complaint, kind: node.kind, isElement: isElement,
                node.location))
    }
}
