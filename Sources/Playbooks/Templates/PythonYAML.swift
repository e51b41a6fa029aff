internal import JSON

/// YAML as PyYAML's dumper writes it for Ansible: sorted keys unless told otherwise, lines of 80 columns.
struct PythonYAML {
    struct Style {
        var indent = 2
        var width = 80
        var sortsKeys = true
        /// Whether collections are written in braces: always, never, or (nil) where they hold no collection.
        var isFlow: Bool?
        var hasExplicitStart = false
        var hasExplicitEnd = false
    }

    private let style: Style
    private var output = ""
    private var column = 0

    static func text(_ value: JSON, _ style: Style) -> String {
        var writer = PythonYAML(style: style)
        if style.hasExplicitStart {
            writer.write("---")
            value.isYAMLCollection && !writer.isFlow(value) ? writer.newLine(0) : writer.write(" ")
        }
        writer.writeNode(value, parent: nil, flow: false)
        while writer.output.hasSuffix(" ") { writer.output.removeLast() }
        if !writer.output.hasSuffix("\n") { writer.output += "\n" }
        if style.hasExplicitEnd { writer.output += "...\n" }
        return writer.output
    }

    private init(style: Style) { self.style = style }

    private mutating func write(_ text: String) {
        output += text
        column += text.unicodeScalars.count
    }

    private mutating func newLine(_ margin: Int) {
        output += "\n" + String(repeating: " ", count: margin)
        column = margin
    }

    private func members(_ object: JSONObject) -> [JSONObject.Member] {
        style.sortsKeys
            ? object.members.sorted { $0.key.unicodeScalars.lexicographicallyPrecedes($1.key.unicodeScalars) }
            : object.members
    }

    private func isFlow(_ value: JSON) -> Bool {
        if let isFlow = style.isFlow { return isFlow || value.isEmptyCollection }
        let children = value.array ?? value.object?.members.map(\.value) ?? []
        return !children.contains(where: \.isYAMLCollection)
    }

    /// `parent` is the margin of the collection around it, nil for a document's root.
    private mutating func writeNode(_ value: JSON, parent: Int?, flow: Bool) {
        let inner = (parent ?? 0) + bestIndent
        switch value {
        case .array(let elements):
            if flow || isFlow(value) {
                writeFlow("[", elements, "]", inner) { $0.writeNode($1, parent: inner, flow: true) }
            } else {
                writeBlock(elements, margin: parent == nil ? 0 : inner)
            }
        case .object(let object):
            if flow || isFlow(value) {
                writeFlow("{", members(object), "}", inner) { writer, member in
                    let isSimple = member.key.utf8.count <= 128
                    if !isSimple { writer.write("? ") }
                    writer.writeScalar(.string(member.key), parent: inner, flow: true, isKey: isSimple)
                    writer.write(": ")
                    writer.writeNode(member.value, parent: inner, flow: true)
                }
            } else {
                writeBlock(object, margin: parent == nil ? 0 : inner)
            }
        default: writeScalar(value, parent: parent ?? 0, flow: flow, isKey: false)
        }
    }

    private mutating func writeFlow<Element>(
        _ open: String, _ elements: [Element], _ close: String, _ margin: Int, _ body: (inout Self, Element) -> Void
    ) {
        write(open)
        for (index, element) in elements.enumerated() {
            if index > 0 { write(",") }
            if column > style.width {
                newLine(margin)
            } else if index > 0 {
                write(" ")
            }
            body(&self, element)
        }
        write(close)
    }

    private var bestIndent: Int { (2...9).contains(style.indent) ? style.indent : 2 }

    private mutating func writeBlock(_ elements: [JSON], margin: Int) {
        for (index, element) in elements.enumerated() {
            if index > 0 { newLine(margin) }
            let isBlock = element.isYAMLCollection && !isFlow(element)
            write("-" + String(repeating: " ", count: isBlock ? bestIndent - 1 : 1))
            writeNode(element, parent: margin, flow: false)
        }
    }

    private mutating func writeBlock(_ object: JSONObject, margin: Int) {
        for (index, member) in members(object).enumerated() {
            if index > 0 { newLine(margin) }
            let isSimple = member.key.unicodeScalars.count < 128 && !member.key.contains("\n")
            if !isSimple { write("? ") }
            writeScalar(.string(member.key), parent: margin, flow: false, isKey: isSimple)
            if !isSimple { newLine(margin) }
            write(":")
            guard member.value.isYAMLCollection, !isFlow(member.value) else {
                write(" ")
                writeNode(member.value, parent: margin, flow: false)
                continue
            }
            if case .array(let elements) = member.value {
                // A list stands at its key's own margin.
                newLine(margin)
                writeBlock(elements, margin: margin)
            } else {
                newLine(margin + bestIndent)
                writeNode(member.value, parent: margin, flow: false)
            }
        }
    }

    private mutating func writeScalar(_ value: JSON, parent: Int, flow: Bool, isKey: Bool) {
        guard case .string(let text) = value else { return write(Self.plain(value)) }
        var scalar = YAMLScalar(
            text, width: style.width, margin: parent + bestIndent, column: column, canFold: !isKey)
        output += scalar.written(flow: flow, isKey: isKey)
        column = scalar.column
    }

    private static func plain(_ value: JSON) -> String {
        switch value {
        case .number(let number):
            if number.isNaN { return ".nan" }
            if number.isInfinite { return number < 0 ? "-.inf" : ".inf" }
            let text = value.pythonText
            return !text.contains(".") && text.contains("e") ? text.replacing("e", with: ".0e") : text
        default: return value.text
        }
    }
}

extension JSON {
    fileprivate var isYAMLCollection: Bool { array != nil || object != nil }
    fileprivate var isEmptyCollection: Bool { array?.isEmpty ?? object?.isEmpty ?? false }
}
