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

    /// Another value at the same place.
    func map<Other: Sendable>(_ transform: (Value) -> Other) -> Located<Other> {
        Located<Other>(transform(value), at: location)
    }
}

extension Located: Equatable where Value: Equatable {}

/// Reads one section by its table of keys; what is wrong goes to the context's mistakes, and reading goes on.
struct SectionReader {
    let section: Section
    let location: SourceLocation
    let context: ReadingContext
    private let entries: [YAMLNode.Entry]
    private let mistakesBefore: Int

    init(_ node: YAMLNode, as section: Section, in context: ReadingContext) {
        self.section = section
        self.context = context
        location = node.location
        entries = node.mapping ?? []
        mistakesBefore = context.mistakes.count
        reportKeys()
    }

    /// Whether something in it was wrong so far, so that what is absent says nothing.
    var isFlawed: Bool { context.mistakes.count > mistakesBefore }

    /// Whether the key is there, whatever its value.
    func has<Value>(_ key: Key<Value>) -> Bool { has(key.name) }

    /// The place of a key itself.
    func place<Value>(_ key: Key<Value>) -> SourceLocation? { entry(key.name)?.key.location }

    /// The value of a key, or nil where there is none or it does not fit.
    func value<Value>(_ key: Key<Value>) -> Located<Value>? {
        guard let node = entry(key.name)?.value else { return nil }
        let context = context.of(key.name)
        do throws(Complaint) {
            return Located(try key.shape.value(of: node, in: context), at: node.location)
        } catch {
            context.report(error, key.shape, node)
            return nil
        }
    }

    /// The elements of a key's list that fit; none where there is no such key.
    func list<Element>(_ key: Key<[Located<Element>]>) -> [Located<Element>] { value(key)?.value ?? [] }

    private func entry(_ name: String) -> YAMLNode.Entry? { entries.first { $0.key.text == name } }

    private func has(_ name: String) -> Bool { entry(name) != nil }

    private func reportKeys() {
        let names = section.names
        var meant: Set<String> = []
        for entry in entries where !names.contains(entry.key.text ?? "") {
            if section.hasExtensions, entry.key.text?.hasPrefix("x-") == true { continue }
            context.mistakes.add(
                LanguageMistake.unknownKey(entry.key.text ?? entry.key.kind, section, entry.key.location))
            if let key = entry.key.text.flatMap(section.key(meantBy:)) { meant.insert(key) }
        }
        for key in section.keys where key.isRequired && !has(key.name) && !meant.contains(key.name) {
            context.mistakes.add(LanguageMistake.missingKey(key.name, example: key.example, section, location))
        }
        let chosen = section.exactlyOne.compactMap { entry($0)?.key }.sorted { $0.location < $1.location }
        if chosen.isEmpty, !section.exactlyOne.isEmpty, meant.isDisjoint(with: section.exactlyOne) {
            context.mistakes.add(LanguageMistake.noneOf(section.exactlyOne, section, location))
        } else if chosen.count > 1 {
            context.mistakes.add(LanguageMistake.severalOf(chosen.map(\.name), section, chosen[1].location))
        }
        for (key, needed) in section.companions where !has(needed) {
            guard let place = entry(key)?.key.location else { continue }
            context.mistakes.add(LanguageMistake.alone(key, needs: needed, place))
        }
    }
}
