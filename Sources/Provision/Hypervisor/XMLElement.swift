/// An XML element as libvirt writes and reads it: attributes in order, child elements, and the text between them joined.
struct XMLElement: Hashable, Sendable {
    struct Attribute: Hashable, Sendable {
        var name: String
        var value: String
    }

    var name: String
    var attributes: [Attribute]
    var text: String
    var children: [XMLElement]

    /// An element; attributes whose value is nil are left out.
    init(
        _ name: String, _ attributes: KeyValuePairs<String, String?> = [:], text: String = "",
        _ children: [XMLElement] = []
    ) {
        self.name = name
        self.attributes = attributes.compactMap { key, value in value.map { Attribute(name: key, value: $0) } }
        self.text = text
        self.children = children
    }

    /// An element that only holds others.
    init(_ name: String, _ children: [XMLElement]) {
        self.init(name, [:], children)
    }

    subscript(attribute: String) -> String? {
        attributes.first { $0.name == attribute }?.value
    }

    /// The first child of that name.
    func child(_ name: String) -> XMLElement? {
        children.first { $0.name == name }
    }

    /// The text of the first child of that name.
    func textOf(_ name: String) -> String? {
        child(name)?.text
    }

    func children(_ name: String) -> [XMLElement] {
        children.filter { $0.name == name }
    }
}

extension XMLElement {
    /// The element as indented XML text, two spaces a level.
    func rendered(indent: Int = 0) -> String {
        let margin = String(repeating: " ", count: indent)
        var line = margin + "<" + name
        for attribute in attributes { line += " \(attribute.name)=\"\(Self.escaped(attribute.value))\"" }
        if children.isEmpty {
            return line + (text.isEmpty ? "/>" : ">\(Self.escaped(text))</\(name)>")
        }
        let inner = children.map { $0.rendered(indent: indent + 2) }.joined(separator: "\n")
        return line + ">\n" + inner + "\n" + margin + "</\(name)>"
    }

    /// Text as it may stand in an element or between double quotes; what XML 1.0 cannot express becomes U+FFFD.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\t", "\n", "\r": escaped += "&#\(scalar.value);"
            case "\u{0}"..<"\u{20}", "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
