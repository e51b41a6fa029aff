/// Reads the well-formed XML that libvirt answers with: elements, attributes, text, entities, comments, CDATA.
///
/// Not a validating parser: no DTD, and namespaces stay prefixes.
struct XMLReader {
    /// Where reading stopped, in bytes from the start.
    struct Malformed: Error, Hashable {
        var offset: Int
    }

    private let bytes: [UInt8]
    private var position = 0

    /// The root element of a document.
    static func read(_ text: String) throws(Malformed) -> XMLElement {
        var reader = XMLReader(bytes: Array(text.utf8))
        try reader.skipMisc()
        return try reader.element(depth: 0)
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private var malformed: Malformed { Malformed(offset: position) }

    private func peek(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard position + count <= bytes.count else { return false }
        return (0..<count).allSatisfy { bytes[position + $0] == text.utf8Start[$0] }
    }

    private mutating func take(_ text: StaticString) -> Bool {
        guard peek(text) else { return false }
        position += text.utf8CodeUnitCount
        return true
    }

    private mutating func skip(past end: StaticString) throws(Malformed) {
        while position < bytes.count {
            if take(end) { return }
            position += 1
        }
        throw malformed
    }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    private mutating func skipMisc() throws(Malformed) {
        while true {
            skipSpace()
            if take("<?") {
                try skip(past: "?>")
            } else if take("<!--") {
                try skip(past: "-->")
            } else {
                return
            }
        }
    }

    private mutating func name() throws(Malformed) -> String {
        let start = position
        while position < bytes.count, !" \t\r\n/>=<\"'".utf8.contains(bytes[position]) { position += 1 }
        guard position > start else { throw malformed }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func element(depth: Int) throws(Malformed) -> XMLElement {
        guard depth < 64, take("<") else { throw malformed }
        var element = XMLElement(try name())
        while true {
            skipSpace()
            if take("/>") { return element }
            if take(">") { break }
            element.attributes.append(try attribute())
        }
        try content(of: &element, depth: depth)
        guard try name() == element.name else { throw malformed }
        skipSpace()
        guard take(">") else { throw malformed }
        if !element.children.isEmpty, element.text.utf8.allSatisfy({ $0 <= 0x20 }) { element.text = "" }
        return element
    }

    /// Everything up to and including the `</` that ends the element.
    private mutating func content(of element: inout XMLElement, depth: Int) throws(Malformed) {
        while position < bytes.count {
            if take("</") { return }
            if take("<!--") {
                try skip(past: "-->")
            } else if take("<![CDATA[") {
                let start = position
                try skip(past: "]]>")
                element.text += String(decoding: bytes[start..<position - 3], as: UTF8.self)
            } else if peek("<") {
                element.children.append(try self.element(depth: depth + 1))
            } else {
                let start = position
                while position < bytes.count, bytes[position] != UInt8(ascii: "<") { position += 1 }
                element.text += try unescaped(bytes[start..<position])
            }
        }
        throw malformed
    }

    private mutating func attribute() throws(Malformed) -> XMLElement.Attribute {
        let name = try name()
        skipSpace()
        guard take("=") else { throw malformed }
        skipSpace()
        guard position < bytes.count, peek("'") || peek("\"") else { throw malformed }
        let quote = bytes[position]
        position += 1
        let start = position
        while position < bytes.count, bytes[position] != quote { position += 1 }
        guard position < bytes.count else { throw malformed }
        defer { position += 1 }
        return XMLElement.Attribute(name: name, value: try unescaped(bytes[start..<position]))
    }

    private func unescaped(_ slice: ArraySlice<UInt8>) throws(Malformed) -> String {
        guard slice.contains(UInt8(ascii: "&")) else { return String(decoding: slice, as: UTF8.self) }
        var result: [UInt8] = []
        var rest = slice
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "&") else {
                result.append(byte)
                continue
            }
            guard let end = rest.firstIndex(of: UInt8(ascii: ";")),
                let character = Self.entity(String(decoding: rest[..<end], as: UTF8.self))
            else { throw malformed }
            result += Array(String(character).utf8)
            rest = rest[(end + 1)...]
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func entity(_ name: String) -> Character? {
        switch name {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default:
            let value =
                name.hasPrefix("#x")
                ? UInt32(name.dropFirst(2), radix: 16) : name.hasPrefix("#") ? UInt32(name.dropFirst()) : nil
            return value.flatMap(Unicode.Scalar.init).map(Character.init)
        }
    }
}
