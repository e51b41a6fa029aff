internal import Diagnostics
internal import YAML

/// A value, and the place in the file that it comes from.
struct Located<Value: Sendable>: Sendable {
    var value: Value
    var location: SourceLocation

    init(_ value: Value, at location: SourceLocation) {
        self.value = value
        self.location = location
    }
}

extension Located: Equatable where Value: Equatable {}

/// Reads one section by its table of keys; what is wrong goes to `mistakes`, and reading goes on.
struct SectionReader {
    let section: Section
    let location: SourceLocation
    private let entries: [YAMLNode.Entry]
    private let mistakes: Mistakes

    init(_ node: YAMLNode, as section: Section, into mistakes: Mistakes) {
        self.section = section
        self.mistakes = mistakes
        location = node.location
        entries = node.mapping ?? []
        for entry in entries where !section.names.contains(entry.key.text ?? "") {
            mistakes.add(.unknownKey(entry.key.text ?? entry.key.kind, section, entry.key.location))
        }
    }

    /// The value of a key, or nil where there is none or it does not fit.
    func value<Value>(_ key: Key<Value>) -> Located<Value>? {
        guard let node = entries.first(where: { $0.key.text == key.name })?.value else { return nil }
        do throws(Complaint) {
            return Located(try key.shape.read(node), at: node.location)
        } catch {
            mistakes.add(.misfit(key.name, key.shape.wants, key.shape.example, error, kind: node.kind, node.location))
            return nil
        }
    }

    /// The value of a key that must be there.
    func required<Value>(_ key: Key<Value>) -> Located<Value>? {
        if !entries.contains(where: { $0.key.text == key.name }) {
            mistakes.add(.missingKey(key.name, example: key.shape.example, section, location))
        }
        return value(key)
    }
}

/// Collects a file's mistakes; the same one at the same place counts once.
final class Mistakes {
    private(set) var all: [ClusterfileMistake] = []

    func add(_ mistake: ClusterfileMistake) {
        let diagnosis = mistake.diagnosis
        if !all.contains(where: { $0.diagnosis == diagnosis }) { all.append(mistake) }
    }
}
