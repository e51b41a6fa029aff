/// The lines at the end of a terminal that are painted again and again, and what has to be written for it.
///
/// The cursor rests at the end of the last line. Only `ESC[nA`, `ESC[J` and colours are used (ECMA-48), so that every terminal
/// but a dumb one shows it.
package struct LiveBlock: Hashable, Sendable {
    private let hasColours: Bool
    /// The lines on the screen.
    private var painted: [ProgressState.Line] = []

    package init(hasColours: Bool) { self.hasColours = hasColours }

    /// What to write so that the text scrolls by above and the lines stand below; empty where nothing changes.
    ///
    /// `width` is the terminal's now: where it became narrower, it has broken the lines that are there.
    package mutating func paint(_ lines: [ProgressState.Line], above text: String = "", width: Int) -> String {
        guard !text.isEmpty || lines != painted else { return "" }
        var output = erasure(width: width)
        if !text.isEmpty {
            output += text.replacingNewlines
            if !text.hasSuffix("\n") { output += "\r\n" }
        }
        output += lines.map { colour($0) }.joined(separator: "\r\n")
        painted = lines
        return output
    }

    /// What to write so that the block is gone and the cursor where it began.
    package mutating func clear(width: Int) -> String {
        defer { painted = [] }
        return erasure(width: width)
    }

    private func erasure(width: Int) -> String {
        guard !painted.isEmpty else { return "" }
        let rows = painted.reduce(0) { $0 + max(1, ($1.text.columns + max(1, width) - 1) / max(1, width)) }
        return "\r" + (rows > 1 ? "\u{1B}[\(rows - 1)A" : "") + "\u{1B}[J"
    }

    private func colour(_ line: ProgressState.Line) -> String {
        guard hasColours, let code = line.tone.code else { return line.text }
        return "\u{1B}[\(code)m\(line.text)\u{1B}[0m"
    }
}

extension ProgressState.Tone {
    /// The parameter of SGR (ECMA-48, 8.3.117).
    fileprivate var code: Int? {
        switch self {
        case .plain: nil
        case .dim: 2
        case .good: 32
        case .bad: 31
        }
    }
}

extension String {
    /// Each line's end with a carriage return, for the cursor may stand anywhere.
    fileprivate var replacingNewlines: String {
        split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
    }
}
