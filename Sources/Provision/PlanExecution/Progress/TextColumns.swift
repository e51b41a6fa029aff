extension String {
    /// How many columns of a terminal the text takes at most: what may be shown wide counts twice.
    var columns: Int { unicodeScalars.reduce(0) { $0 + $1.columns } }

    /// As much of the text as fits into so many columns, with an ellipsis where it is cut.
    func cut(toColumns limit: Int) -> String {
        guard columns > limit else { return self }
        var (kept, used) = ("", 0)
        for character in self {
            let columns = character.unicodeScalars.reduce(0) { $0 + $1.columns }
            // The ellipsis counts twice itself.
            guard used + columns <= limit - 2 else { break }
            kept.append(character)
            used += columns
        }
        return limit < 2 ? kept : kept + "…"
    }

    /// The text without what could move a terminal's cursor or change its state; ends of lines and tabs stay.
    package var withoutControls: String {
        guard unicodeScalars.contains(where: \.isControl) else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.map { $0.isControl ? "\u{FFFD}" : $0 }))
    }

    /// The text in one line.
    var onOneLine: String {
        String(String.UnicodeScalarView(withoutControls.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
    }
}

extension Unicode.Scalar {
    /// From Hangul Jamo on there are scripts whose letters take two columns.
    fileprivate var columns: Int { value < 0x1100 ? 1 : 2 }

    /// C0 and C1 controls and DEL (ECMA-48), but for line feed and tab.
    fileprivate var isControl: Bool {
        value < 0x20 && value != 0x0A && value != 0x09 || (0x7F...0x9F).contains(value)
    }
}
