/// Text operations as Python does them.
enum Texts {
    static func replace(_ text: String, _ old: String, _ new: String, maximum: Int?) -> String {
        if old.isEmpty {
            // Between all characters, and around them.
            let parts = [""] + text.map(String.init) + [""]
            let count = maximum.map { $0 < 0 ? parts.count : $0 } ?? parts.count
            return parts.enumerated().map { $0 > 0 && $0 <= count ? new + $1 : $1 }.joined()
        }
        return text.replacing(old, with: new, maxReplacements: maximum.map { $0 < 0 ? Int.max : $0 } ?? Int.max)
    }

    /// Jinja2's `title`: words begin behind white space, hyphens and opening brackets.
    static func title(_ text: String) -> String {
        cased(text) { $0.isWhitespace || "-({[<".contains($0) }
    }

    /// Python's `str.title`: words begin behind everything that is no letter.
    static func pythonTitle(_ text: String) -> String { cased(text) { !$0.isLetter } }

    private static func cased(_ text: String, startsBehind: (Character) -> Bool) -> String {
        var startsWord = true
        return text.map { character in
            defer { startsWord = startsBehind(character) }
            return startsWord ? character.uppercased() : character.lowercased()
        }.joined()
    }

    static func isUpper(_ text: String) -> Bool {
        text.contains(where: \.isCased) && !text.contains(where: \.isLowercase)
    }

    static func isLower(_ text: String) -> Bool {
        text.contains(where: \.isCased) && !text.contains(where: \.isUppercase)
    }

    /// A text with padding on both sides; Python puts the odd one to the left where the width is odd.
    static func centered(_ text: String, in padding: String, width: Int) -> String {
        let left = padding.count / 2 + (padding.count & width & 1)
        return padding.prefix(left) + text + padding.dropFirst(left)
    }

    static func expandedTabs(_ text: String, _ size: Int) -> String {
        var (result, column) = ("", 0)
        for character in text {
            if character == "\t" {
                let width = size > 0 ? min(size, 4096) - column % min(size, 4096) : 0
                result += String(repeating: " ", count: width)
                column += width
            } else {
                result.append(character)
                column = character.isNewline ? 0 : column + 1
            }
        }
        return result
    }

    /// Python's `shlex.quote`.
    static func shellQuoted(_ text: String) -> String {
        if text.isEmpty { return "''" }
        let safe = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || "@%_-+=:,./".utf8.contains(byte)
        }
        return safe ? text : "'" + text.replacing("'", with: "'\"'\"'") + "'"
    }

    static func lines(_ text: String, keepsEnds: Bool = false) -> [String] {
        var lines = [""]
        for character in text {
            let ends = character.isNewline || "\u{1C}\u{1D}\u{1E}".contains(character)
            if keepsEnds || !ends { lines[lines.count - 1].append(character) }
            if ends { lines.append("") }
        }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&#34;").replacing("'", with: "&#39;")
    }

    /// RFC 3986's unreserved characters, and some more, stay.
    static func percentEncoded(_ text: String, keeps: String = "") -> String {
        text.utf8.map { byte in
            let plain =
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "_.-~".utf8.contains(byte)
                || keeps.utf8.contains(byte)
            let digits = String(byte, radix: 16, uppercase: true)
            return plain ? String(UnicodeScalar(byte)) : "%" + (digits.count < 2 ? "0" : "") + digits
        }.joined()
    }

    /// As in a query, where a space is a plus sign.
    static func queryEncoded(_ text: String) -> String {
        percentEncoded(text, keeps: " ").replacing(" ", with: "+")
    }

    static func percentDecoded(_ text: String) -> String {
        var (bytes, rest): ([UInt8], ArraySlice<UInt8>) = ([], Array(text.utf8)[...])
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2, !digits.contains(UInt8(ascii: "+")),
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
