internal import CLibyaml
package import Diagnostics

/// Reads YAML into located nodes through libyaml; anchors, aliases and merge keys (`<<`) are resolved here.
package enum YAML {
    /// Every document of a text; throws where the text is not YAML, a mapping repeats a key, or an alias is unknown.
    package static func documents(_ text: String, file: String) throws(Diagnoses) -> [YAMLNode] {
        var parser = EventParser(text: text, file: file)
        defer { parser.close() }
        do throws(Diagnosis) {
            return try parser.documents()
        } catch {
            throw Diagnoses([error])
        }
    }

    /// The only document of a text; an empty text gives an empty mapping.
    package static func document(_ text: String, file: String) throws(Diagnoses) -> YAMLNode {
        let all = try documents(text, file: file)
        if all.count > 1 {
            throw Diagnoses([
                Diagnosis("more than one YAML document", fix: "keep one, without '---' after it", at: all[1].location)
            ])
        }
        return all.first ?? YAMLNode(.mapping([]), at: SourceLocation(file: file, line: 1, column: 1))
    }
}

private struct EventParser {
    private let text: String
    private let file: String
    private let input: UnsafeMutableBufferPointer<UInt8>
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private var event = yaml_event_t()
    private var anchors: [String: Anchor] = [:]
    /// Nodes so far, those that aliases stand for counted each time.
    private var nodeCount = 0
    private var depth = 0

    /// An anchored node, and what an alias of it adds.
    private struct Anchor {
        var node: YAMLNode
        var size: YAMLNode.Size
    }

    init(text: String, file: String) {
        self.text = text
        self.file = file
        let bytes = Array(text.utf8)
        input = .allocate(capacity: max(1, bytes.count))
        _ = input.initialize(from: bytes)
        parser = .allocate(capacity: 1)
        yaml_parser_initialize(parser)
        yaml_parser_set_input_string(parser, input.baseAddress, bytes.count)
    }

    func close() {
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    mutating func documents() throws(Diagnosis) -> [YAMLNode] {
        var documents: [YAMLNode] = []
        while true {
            try next()
            let type = event.type
            yaml_event_delete(&event)
            switch type {
            case YAML_DOCUMENT_START_EVENT:
                anchors = [:]
                try next()
                documents.append(try node())
            case YAML_STREAM_END_EVENT: return documents
            default: continue
            }
        }
    }

    private mutating func next() throws(Diagnosis) {
        guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxError() }
    }

    private func syntaxError() -> Diagnosis {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "cannot be read"
        if parser.pointee.error == YAML_READER_ERROR {
            return Diagnosis(
                "this is not YAML", why: problem, fix: "remove it", at: location(ofByte: parser.pointee.problem_offset))
        }
        let context = parser.pointee.context.map { String(cString: $0) }
        let mark = parser.pointee.problem_mark
        let place = SourceLocation(file: file, line: Int(mark.line) + 1, column: Int(mark.column) + 1)
        if character(at: mark) == "\t" {
            return Diagnosis("this is not YAML", why: "a tab indents nothing", fix: "indent with spaces", at: place)
        }
        return Diagnosis("this is not YAML", why: context.map { "\(problem) \($0)" } ?? problem, at: place)
    }

    /// The character at a mark, which counts characters and not bytes.
    private func character(at mark: yaml_mark_t) -> Unicode.Scalar? {
        text.unicodeScalars.dropFirst(mark.index).first
    }

    private func location(ofByte offset: Int) -> SourceLocation {
        let before = String(decoding: text.utf8.prefix(offset), as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        return SourceLocation(file: file, line: before.count, column: (before.last?.unicodeScalars.count ?? 0) + 1)
    }

    private var location: SourceLocation {
        SourceLocation(file: file, line: Int(event.start_mark.line) + 1, column: Int(event.start_mark.column) + 1)
    }

    /// Reads the node that the current event starts, and consumes its events.
    private mutating func node() throws(Diagnosis) -> YAMLNode {
        let place = location
        nodeCount += 1
        switch event.type {
        case YAML_ALIAS_EVENT:
            let name = String(cString: event.data.alias.anchor)
            yaml_event_delete(&event)
            guard let anchor = anchors[name] else {
                throw Diagnosis("unknown alias '*\(name)'", fix: "define it before with '&\(name)'", at: place)
            }
            nodeCount += anchor.size.nodes
            guard nodeCount <= 100_000, depth + anchor.size.depth <= 100 else {
                throw Diagnosis(
                    "the alias '*\(name)' stands for too much", why: "aliases of aliases grow without end", at: place)
            }
            return anchor.node
        case YAML_SCALAR_EVENT:
            let data = event.data.scalar
            let text = String(decoding: UnsafeBufferPointer(start: data.value, count: data.length), as: UTF8.self)
            let scalar = YAMLNode.Scalar(text: text, isPlain: data.style == YAML_PLAIN_SCALAR_STYLE)
            let (anchor, tag) = (string(data.anchor), string(data.tag))
            yaml_event_delete(&event)
            return remember(YAMLNode(.scalar(scalar), tag: tag, at: place), anchor)
        case YAML_SEQUENCE_START_EVENT:
            let (anchor, tag) = (string(event.data.sequence_start.anchor), string(event.data.sequence_start.tag))
            yaml_event_delete(&event)
            return remember(YAMLNode(.sequence(try elements(from: place)), tag: tag, at: place), anchor)
        default:
            let (anchor, tag) = (string(event.data.mapping_start.anchor), string(event.data.mapping_start.tag))
            yaml_event_delete(&event)
            return remember(YAMLNode(.mapping(try entries(from: place)), tag: tag, at: place), anchor)
        }
    }

    private mutating func elements(from place: SourceLocation) throws(Diagnosis) -> [YAMLNode] {
        try descend(place)
        var elements: [YAMLNode] = []
        try next()
        while event.type != YAML_SEQUENCE_END_EVENT {
            elements.append(try node())
            try next()
        }
        yaml_event_delete(&event)
        depth -= 1
        return elements
    }

    private mutating func entries(from place: SourceLocation) throws(Diagnosis) -> [YAMLNode.Entry] {
        try descend(place)
        var entries: [YAMLNode.Entry] = []
        var merged: [YAMLNode.Entry] = []
        var places: [String: SourceLocation] = [:]
        try next()
        while event.type != YAML_MAPPING_END_EVENT {
            let key = try node()
            try next()
            let value = try node()
            if key.text == "<<" {
                merged += try mergeEntries(value)
            } else {
                if let first = places.updateValue(key.location, forKey: key.name) {
                    throw Diagnosis(
                        "the key '\(key.name)' stands twice", why: "it is already at line \(first.line)",
                        fix: "keep one of them", at: key.location)
                }
                entries.append(YAMLNode.Entry(key: key, value: value))
            }
            try next()
        }
        yaml_event_delete(&event)
        depth -= 1
        for entry in merged where places.updateValue(entry.key.location, forKey: entry.key.name) == nil {
            entries.append(entry)
        }
        return entries
    }

    private func mergeEntries(_ value: YAMLNode) throws(Diagnosis) -> [YAMLNode.Entry] {
        if let entries = value.mapping { return entries }
        if let several = value.sequence, several.allSatisfy({ $0.mapping != nil }) {
            return several.flatMap { $0.mapping ?? [] }
        }
        throw Diagnosis("'<<' merges mappings, and this is \(value.kind)", at: value.location)
    }

    private mutating func descend(_ place: SourceLocation) throws(Diagnosis) {
        depth += 1
        guard depth <= 100 else { throw Diagnosis("nested more than 100 levels deep", at: place) }
    }

    private mutating func remember(_ node: YAMLNode, _ anchor: String?) -> YAMLNode {
        if let anchor { anchors[anchor] = Anchor(node: node, size: node.size) }
        return node
    }

    private func string(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? { text.map { String(cString: $0) } }
}
