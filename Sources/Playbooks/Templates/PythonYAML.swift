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
        if style.hasExplicitStart { writer.write("--- ") }
        writer.writeNode(value, margin: 0, flow: false)
        // A bare scalar is a document of its own.
        let isBareScalar = !value.isYAMLCollection && !writer.endsQuoted
        while writer.output.hasSuffix(" ") { writer.output.removeLast() }
        if !writer.output.hasSuffix("\n") { writer.output += "\n" }
        if isBareScalar || style.hasExplicitEnd { writer.output += "...\n" }
        return writer.output
    }

    private init(style: Style) { self.style = style }

    private var endsQuoted: Bool { output.hasSuffix("'") || output.hasSuffix("\"") }

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

    private mutating func writeNode(_ value: JSON, margin: Int, flow: Bool) {
        switch value {
        case .array(let elements):
            if flow || elements.isEmpty || isFlow(value) {
                writeFlow("[", elements, "]", margin) { $0.writeNode($1, margin: margin, flow: true) }
            } else {
                writeBlock(elements, margin: margin)
            }
        case .object(let object):
            if flow || object.isEmpty || isFlow(value) {
                writeFlow("{", members(object), "}", margin) { writer, member in
                    let isSimple = member.key.utf8.count <= 128
                    if !isSimple { writer.write("? ") }
                    writer.writeScalar(.string(member.key), margin: margin, flow: true, isKey: isSimple)
                    writer.write(":")
                    writer.writeValue(member.value, margin: margin, flow: true)
                }
            } else {
                writeBlock(object, margin: margin)
            }
        default: writeScalar(value, margin: margin, flow: flow, isKey: false)
        }
    }

    private mutating func writeValue(_ value: JSON, margin: Int, flow: Bool) {
        write(" ")
        writeNode(value, margin: margin, flow: flow)
    }

    private mutating func writeFlow<Element>(
        _ open: String, _ elements: [Element], _ close: String, _ margin: Int,
        _ body: (inout Self, Element) -> Void
    ) {
        write(open)
        let inner = margin + bestIndent
        for (index, element) in elements.enumerated() {
            if index > 0 { write(",") }
            if column > style.width {
                newLine(inner)
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
            write(
                "-"
                    + String(
                        repeating: " ", count: element.isYAMLCollection && !isWrittenFlow(element) ? bestIndent - 1 : 1)
            )
            writeNode(element, margin: margin + bestIndent, flow: false)
        }
    }

    private func isWrittenFlow(_ value: JSON) -> Bool { value.isEmptyCollection || isFlow(value) }

    private mutating func writeBlock(_ object: JSONObject, margin: Int) {
        for (index, member) in members(object).enumerated() {
            if index > 0 { newLine(margin) }
            let isSimple = member.key.unicodeScalars.count < 128 && !member.key.contains("\n")
            if !isSimple { write("? ") }
            writeScalar(.string(member.key), margin: margin + bestIndent, flow: false, isKey: isSimple)
            if !isSimple { newLine(margin) }
            write(":")
            if member.value.isYAMLCollection, !isWrittenFlow(member.value) {
                // A list stands at its key's own margin.
                let inner = member.value.array == nil ? margin + bestIndent : margin
                newLine(inner)
                writeNode(member.value, margin: inner, flow: false)
            } else {
                writeValue(member.value, margin: margin + bestIndent, flow: false)
            }
        }
    }

    private mutating func writeScalar(_ value: JSON, margin: Int, flow: Bool, isKey: Bool) {
        guard case .string(let text) = value else { return write(Self.plain(value)) }
        var scalar = YAMLScalar(text, width: style.width, margin: margin, column: column, canFold: !isKey)
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
