/// A terminal as far as this project uses one: text that wraps and scrolls, CR, LF, `ESC[nA`, `ESC[J`; colours are passed over.
///
/// Anything else is a failure of the test: the model would show something else than a terminal does.
package struct TerminalModel {
    package private(set) var width: Int
    package let height: Int
    /// What has scrolled out at the top, then the screen.
    private var rows: [[Character]] = [[]]
    private var row = 0
    private var column = 0
    package private(set) var unknown: [String] = []
    /// How many escape sequences came.
    package private(set) var escapes = 0

    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// All lines, without the spaces at their ends, the scrolled ones first.
    package var lines: [String] {
        rows.map { row in
            var text = String(row)
            while text.last == " " { text.removeLast() }
            return text
        }
    }

    package mutating func feed(_ text: String) {
        var rest = Substring(text)
        while let scalar = rest.unicodeScalars.first {
            switch scalar {
            case "\r":
                column = 0
                rest.unicodeScalars.removeFirst()
            case "\n":
                lineFeed()
                rest.unicodeScalars.removeFirst()
            case "\u{1B}": escape(&rest)
            default:
                put(Character(scalar))
                rest.unicodeScalars.removeFirst()
            }
        }
    }

    /// Makes the terminal narrower or wider as those do that break long lines anew.
    package mutating func resize(width new: Int) {
        var broken: [[Character]] = []
        for (index, line) in rows.enumerated() {
            let start = broken.count
            var rest = line[...]
            repeat {
                broken.append(Array(rest.prefix(new)))
                rest = rest.dropFirst(new)
            } while !rest.isEmpty
            if index == row {
                row = start + column / new
                column = column % new
                // A full last line leaves the cursor at its end.
                if row >= broken.count { (row, column) = (broken.count - 1, new) }
            }
        }
        rows = broken
        width = new
    }

    private mutating func put(_ character: Character) {
        if column >= width {
            column = 0
            lineFeed()
        }
        while rows[row].count <= column { rows[row].append(" ") }
        rows[row][column] = character
        column += 1
    }

    private mutating func lineFeed() {
        row += 1
        if row == rows.count { rows.append([]) }
    }

    private mutating func escape(_ rest: inout Substring) {
        escapes += 1
        guard let match = rest.prefixMatch(of: /\u{1B}\[([0-9;]*)([A-Za-z])/) else {
            unknown.append(String(rest.prefix(4)))
            rest.unicodeScalars.removeFirst()
            return
        }
        let number = Int(match.1) ?? 1
        switch match.2 {
        // The cursor stops at the screen's top.
        case "A": row = max(row - number, max(0, rows.count - height), 0)
        case "J":
            rows[row] = Array(rows[row].prefix(column))
            rows.removeSubrange((row + 1)...)
        case "m": break
        default: unknown.append(String(match.0))
        }
        rest = rest[match.range.upperBound...]
    }
}
