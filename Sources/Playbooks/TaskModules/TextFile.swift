internal import Glibc

/// A file's text, from which its bytes come back unchanged.
///
/// What is not UTF-8 is taken a byte a character (ISO 8859-1), so that an edit of one line loses nothing of the others.
struct TextFile {
    let text: String
    private let isUTF8: Bool

    init(_ bytes: [UInt8] = []) {
        let text = String(validating: bytes, as: UTF8.self)
        isUTF8 = text != nil
        self.text = text ?? Self.oneScalarAByte(bytes)
    }

    /// Nil where there is no file.
    init?(reading path: String) throws {
        guard let status = try SystemCalls.status(path) else { return nil }
        guard status.kind != S_IFDIR else {
            throw TaskFailure.pathIsOther(path: path, is: status.kindText, wanted: "a file")
        }
        self.init(try SystemCalls.read(path))
    }

    /// The bytes of a text that was made of this one's.
    func bytes(of text: String) -> [UInt8] {
        isUTF8 ? Array(text.utf8) : text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    }

    /// A text from elsewhere, as it is to be put into this one or looked for in it.
    func adapted(_ other: String) -> String { isUTF8 ? other : Self.oneScalarAByte(Array(other.utf8)) }

    private static func oneScalarAByte(_ bytes: [UInt8]) -> String {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: bytes.lazy.map { Unicode.Scalar($0) })
        return String(scalars)
    }
}

extension String {
    /// The lines with their ends (`\n`), as Python's `readlines` cuts them.
    var linesWithEnds: [String] {
        var lines: [String] = []
        var rest = self[...]
        while let newline = rest.utf8.firstIndex(of: UInt8(ascii: "\n")) {
            let next = rest.utf8.index(after: newline)
            lines.append(String(rest[..<next]))
            rest = rest[next...]
        }
        if !rest.isEmpty { lines.append(String(rest)) }
        return lines
    }

    /// The lines without their ends, be these `\n` or `\r\n`.
    var lineTexts: [String] { linesWithEnds.map(\.withoutLineEnd) }

    /// Without `\r` and `\n` at its end.
    var withoutLineEnd: String {
        var scalars = unicodeScalars[...]
        while let last = scalars.last, last == "\n" || last == "\r" { scalars.removeLast() }
        return String(scalars)
    }

    /// Without one `\n` at its end.
    var withoutNewline: String {
        unicodeScalars.last == "\n" ? String(unicodeScalars.dropLast()) : self
    }

    var endsInNewline: Bool { utf8.last == UInt8(ascii: "\n") }

    /// Without white space at both ends.
    var trimmed: String {
        var text = drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
