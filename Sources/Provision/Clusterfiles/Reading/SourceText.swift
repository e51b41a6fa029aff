internal import Diagnostics

/// The file's text, for places within a scalar, of which YAML tells the beginning only.
struct SourceText: Sendable {
    private let lines: [Substring.UnicodeScalarView]

    init(_ text: String) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(\.unicodeScalars)
    }

    /// The place of a scalar's `${`, counted from 0.
    func place(ofVariable occurrence: Int, from start: SourceLocation) -> SourceLocation {
        var seen = 0
        for (index, line) in lines.enumerated().dropFirst(start.line - 1) {
            let skipped = index == start.line - 1 ? start.column - 1 : 0
            var last: Unicode.Scalar?
            for (column, scalar) in line.enumerated().dropFirst(skipped) {
                if last == "$", scalar == "{" {
                    if seen == occurrence {
                        return SourceLocation(file: start.file, line: index + 1, column: column)
                    }
                    seen += 1
                }
                last = scalar
            }
        }
        return start
    }

    /// The place of a scalar's line and column, counted from 1: exact in a literal block (`|`) and in one line without escapes.
    func place(line: Int, column: Int, of text: String, from start: SourceLocation) -> SourceLocation {
        guard lines.indices.contains(start.line - 1),
            let mark = lines[start.line - 1].dropFirst(start.column - 1).first, mark != ">"
        else { return start }
        var place = start
        if mark == "|" {
            let content = text.split(separator: "\n", omittingEmptySubsequences: false)
            guard lines.indices.contains(start.line + line - 1), content.indices.contains(line - 1) else {
                return start
            }
            let indentation = lines[start.line + line - 1].count - content[line - 1].unicodeScalars.count
            (place.line, place.column) = (start.line + line, indentation + column)
        } else if line == 1 {
            place.column += column - 1 + (mark == "\"" || mark == "'" ? 1 : 0)
        }
        return place
    }
}
