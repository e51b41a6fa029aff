internal import JSON
internal import Synchronization
internal import YAML

/// Every text that was decrypted in a run, so that none of it is ever shown.
package final class SecretTexts: Sendable {
    private let texts = Mutex<Set<String>>([])

    package init() {}

    /// The texts so far.
    package var all: Set<String> { texts.withLock { $0 } }

    /// Adds a secret; of one with several lines, the lines too, since diffs show those.
    package func insert(_ text: String) {
        var added: Set<String> = [text]
        let lines = text.split(whereSeparator: \.isNewline)
        if lines.count == 1 { added.insert(String(lines[0])) }
        if lines.count > 1 {
            added.formUnion(lines.filter { $0.count >= 8 && !$0.hasPrefix("-----") }.map(String.init))
        }
        texts.withLock { $0.formUnion(added) }
    }

    /// Adds each value of an encrypted file of variables; its keys, and what is only yes, no or nothing, are none.
    func insertValues(of node: YAMLNode) {
        switch node.content {
        case .scalar(let scalar):
            switch node.json {
            case .bool, .null: break
            default: insert(scalar.text)
            }
        case .sequence(let elements): elements.forEach(insertValues)
        case .mapping(let entries): for entry in entries { insertValues(of: entry.value) }
        }
    }
}
