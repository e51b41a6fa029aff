internal import YAML

/// A string as PyYAML writes it: plain, in single quotes or in double quotes, folded at the width.
struct YAMLScalar {
    private let scalars: [Unicode.Scalar]
    private let text: String
    private let width: Int
    private let margin: Int
    private let canFold: Bool
    private(set) var column: Int
    private var output = ""

    init(_ text: String, width: Int, margin: Int, column: Int, canFold: Bool) {
        self.text = text
        scalars = Array(text.unicodeScalars)
        self.width = width
        self.margin = margin
        self.column = column
        self.canFold = canFold
    }

    mutating func written(flow: Bool, isKey: Bool) -> String {
        let analysis = Analysis(scalars)
        if !analysis.isMultiline, flow ? analysis.allowsFlowPlain : analysis.allowsBlockPlain, !scalars.isEmpty,
            isResolvedAsText
        {
            writePlain()
        } else if analysis.allowsSingleQuoted, !(isKey && analysis.isMultiline) {
            writeSingleQuoted()
        } else {
            writeDoubleQuoted()
        }
        return output
    }

    /// Whether a reader takes the bare text for a string.
    private var isResolvedAsText: Bool {
        guard case .string = resolvePlainScalar(text), !["=", "<<"].contains(text) else { return false }
        return !Self.isDateOrSexagesimal(text)
    }

    /// `2020-01-02`, `10:30`, `.inf`: what YAML 1.1 reads as something else and the project's reader as text.
    private static func isDateOrSexagesimal(_ text: String) -> Bool {
        if [".inf", "-.inf", "+.inf", ".nan"].contains(text.lowercased()) { return true }
        let digits = { (part: Substring) in !part.isEmpty && part.allSatisfy { $0.isASCII && $0.isNumber } }
        let unsigned = text.drop { "+-".contains($0) }
        let groups = unsigned.split(separator: ":", omittingEmptySubsequences: false)
        if groups.count > 1, unsigned.first.map({ $0.isNumber }) == true,
            digits(groups[0].filter { $0 != "_" }[...]),
            groups.dropFirst().dropLast().allSatisfy({ digits($0) && $0.count <= 2 && (Int($0) ?? 60) < 60 }),
            let last = groups.last
        {
            let whole = last.prefix { $0 != "." }
            if digits(whole), whole.count <= 2, (Int(whole) ?? 60) < 60,
                last.dropFirst(whole.count).dropFirst().allSatisfy({ $0.isNumber || $0 == "_" })
            {
                return true
            }
        }
        let date = text.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
        guard date.count == 3, date[0].count == 4, digits(date[0]), digits(date[1]), date[1].count <= 2 else {
            return false
        }
        let day = date[2].prefix { $0.isNumber }
        let rest = date[2].dropFirst(day.count)
        if rest.isEmpty { return day.count == 2 && date[1].count == 2 }
        guard (1...2).contains(day.count), let mark = rest.first, "Tt \t".contains(mark) else { return false }
        return rest.dropFirst().allSatisfy { $0.isNumber || ":.+-Zz \t".contains($0) } && rest.contains(":")
    }

    private mutating func write(_ part: ArraySlice<Unicode.Scalar>) {
        for scalar in part { output.unicodeScalars.append(scalar) }
        column += part.count
    }

    private mutating func newLine() {
        output += "\n" + String(repeating: " ", count: margin)
        column = margin
    }

    /// Writes runs of text and of single spaces; a space beyond the width becomes a new line.
    private mutating func writePlain() {
        var index = 0
        while index < scalars.count {
            var end = index
            let isSpace = scalars[index] == " "
            while end < scalars.count, (scalars[end] == " ") == isSpace { end += 1 }
            if isSpace, end - index == 1, column > width, canFold {
                newLine()
            } else {
                write(scalars[index..<end])
            }
            index = end
        }
    }

    private mutating func writeSingleQuoted() {
        write(["'"])
        var index = 0
        while index < scalars.count {
            var end = index
            switch scalars[index] {
            case " ":
                while end < scalars.count, scalars[end] == " " { end += 1 }
                if end - index == 1, column > width, canFold, index != 0, end != scalars.count {
                    newLine()
                } else {
                    write(scalars[index..<end])
                }
            case let scalar where Analysis.isBreak(scalar):
                while end < scalars.count, Analysis.isBreak(scalars[end]) { end += 1 }
                if scalars[index] == "\n" { output += "\n" }
                for scalar in scalars[index..<end] { output.unicodeScalars.append(scalar) }
                output += String(repeating: " ", count: margin)
                column = margin
            default:
                while end < scalars.count, scalars[end] != " ", !Analysis.isBreak(scalars[end]) { end += 1 }
                for scalar in scalars[index..<end] { write(scalar == "'" ? ["'", "'"] : [scalar]) }
            }
            index = end
        }
        write(["'"])
    }

    private static let escapes: [Unicode.Scalar: Character] = [
        "\0": "0", "\u{07}": "a", "\u{08}": "b", "\t": "t", "\n": "n", "\u{0B}": "v", "\u{0C}": "f", "\r": "r",
        "\u{1B}": "e", "\"": "\"", "\\": "\\", "\u{85}": "N", "\u{A0}": "_", "\u{2028}": "L", "\u{2029}": "P",
    ]

    private mutating func writeDoubleQuoted() {
        write(["\""])
        var (start, end) = (0, 0)
        while end <= scalars.count {
            let scalar = end < scalars.count ? scalars[end] : nil
            if scalar.map({ Self.escapes[$0] != nil || $0 == "\u{FEFF}" || !Analysis.isPrintable($0) }) ?? true {
                write(scalars[start..<end])
                start = end
                if let scalar {
                    write(Array(Self.escaped(scalar).unicodeScalars)[...])
                    start = end + 1
                }
            }
            if end > 0, end < scalars.count - 1, scalar == " " || start >= end,
                column + (end - start) > width, canFold
            {
                if start < end { write(scalars[start..<end]) }
                start = max(start, end)
                write(["\\"])
                newLine()
                if scalars[start] == " " { write(["\\"]) }
            }
            end += 1
        }
        write(["\""])
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        if let letter = escapes[scalar] { return "\\\(letter)" }
        let digits = String(scalar.value, radix: 16, uppercase: true)
        let (mark, count) = scalar.value <= 0xFF ? ("x", 2) : scalar.value <= 0xFFFF ? ("u", 4) : ("U", 8)
        return "\\\(mark)" + String(repeating: "0", count: count - digits.count) + digits
    }

    /// What a string's characters allow.
    struct Analysis {
        private(set) var allowsBlockPlain = true
        private(set) var allowsFlowPlain = true
        private(set) var allowsSingleQuoted = true
        private(set) var isMultiline = false

        static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
            scalar == "\n" || scalar == "\u{85}" || scalar == "\u{2028}" || scalar == "\u{2029}"
        }

        static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
            switch scalar.value {
            case 0x0A, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000..<0x10FFFF: scalar != "\u{FEFF}"
            default: false
            }
        }

        init(_ scalars: [Unicode.Scalar]) {
            let whole = String(String.UnicodeScalarView(scalars))
            if whole.hasPrefix("---") || whole.hasPrefix("...") { forbidPlain() }
            for (index, scalar) in scalars.enumerated() {
                let next = index + 1 < scalars.count ? scalars[index + 1] : nil
                let precedesSpace = next.map { Self.isSpace($0) } ?? true
                let followsSpace = index == 0 || Self.isSpace(scalars[index - 1])
                look(at: scalar, isFirst: index == 0, followsSpace: followsSpace, precedesSpace: precedesSpace)
            }
            lookAtSpaces(scalars)
        }

        private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
            "\0 \t\r\n\u{85}\u{2028}\u{2029}".unicodeScalars.contains(scalar)
        }

        private mutating func forbidPlain() { (allowsBlockPlain, allowsFlowPlain) = (false, false) }

        private mutating func look(
            at scalar: Unicode.Scalar, isFirst: Bool, followsSpace: Bool, precedesSpace: Bool
        ) {
            if isFirst {
                if "#,[]{}&*!|>'\"%@`".unicodeScalars.contains(scalar) { forbidPlain() }
                if scalar == "?" || scalar == ":" {
                    allowsFlowPlain = false
                    if precedesSpace { forbidPlain() }
                }
                if scalar == "-", precedesSpace { forbidPlain() }
            } else {
                if ",?[]{}".unicodeScalars.contains(scalar) { allowsFlowPlain = false }
                if scalar == ":" {
                    allowsFlowPlain = false
                    if precedesSpace { forbidPlain() }
                }
                if scalar == "#", followsSpace { forbidPlain() }
            }
            if Self.isBreak(scalar) { isMultiline = true }
            if !Self.isPrintable(scalar) {
                forbidPlain()
                allowsSingleQuoted = false
            }
        }

        private mutating func lookAtSpaces(_ scalars: [Unicode.Scalar]) {
            guard let first = scalars.first, let last = scalars.last else { return }
            if first == " " || last == " " || Self.isBreak(first) || Self.isBreak(last) || isMultiline { forbidPlain() }
            for (index, scalar) in scalars.enumerated().dropFirst() {
                // Spaces around a break are lost between single quotes.
                let before = scalars[index - 1]
                if Self.isBreak(scalar) ? before == " " : scalar == " " && Self.isBreak(before) {
                    allowsSingleQuoted = false
                }
            }
        }
    }
}
