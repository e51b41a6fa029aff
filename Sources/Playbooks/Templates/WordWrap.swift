/// Lines of a bounded width, as the filter `wordwrap` makes them with Python's `textwrap`.
struct WordWrap {
    private let width: Int
    private let breaksLongWords: Bool
    private let wrapString: String
    private let breaksOnHyphens: Bool

    init(_ arguments: CallArguments) throws {
        width = try arguments.integer(0, "width") ?? 79
        guard width > 0 else { throw TemplateProblemThrown.bad("wordwrap", "the width is at least 1") }
        breaksLongWords = try arguments.flag(1, "break_long_words") ?? true
        wrapString = try arguments.json(2, "wrapstring").flatMap { $0.isNull ? nil : $0.pythonText } ?? "\n"
        breaksOnHyphens = try arguments.flag(3, "break_on_hyphens") ?? true
    }

    func wrapped(_ text: String) -> String {
        Texts.lines(text).map { wrapped(line: $0).joined(separator: wrapString) }.joined(separator: wrapString)
    }

    private func wrapped(line: String) -> [String] {
        var chunks = chunks(of: line)[...]
        var lines: [String] = []
        while !chunks.isEmpty {
            // White space at the start of a line that is not the first goes.
            if !lines.isEmpty, chunks.first?.first?.isWhitespace == true { chunks.removeFirst() }
            var (current, length): ([String], Int) = ([], 0)
            while let chunk = chunks.first, length + chunk.count <= width {
                current.append(chunk)
                length += chunk.count
                chunks.removeFirst()
            }
            if let chunk = chunks.first, chunk.count > width {
                if breaksLongWords {
                    let head = chunk.prefix(max(1, width - length))
                    current.append(String(head))
                    chunks[chunks.startIndex] = String(chunk.dropFirst(head.count))
                } else if current.isEmpty {
                    current.append(chunk)
                    chunks.removeFirst()
                }
            }
            if current.last?.first?.isWhitespace == true { current.removeLast() }
            if !current.isEmpty { lines.append(current.joined()) }
        }
        return lines
    }

    /// Words, the white space between them, and the parts of words up to each hyphen.
    private func chunks(of line: String) -> [String] {
        var chunks: [String] = []
        var rest = line[...]
        while let first = rest.first {
            let isSpace = first.isWhitespace
            let run = rest.prefix { $0.isWhitespace == isSpace }
            rest = rest.dropFirst(run.count)
            guard !isSpace, breaksOnHyphens else {
                chunks.append(String(run))
                continue
            }
            var word = Array(run)[...]
            var part: [Character] = []
            while let character = word.popFirst() {
                part.append(character)
                if character == "-", part.dropLast().last?.isLetter == true, part.count > 2,
                    word.first?.isLetter == true,
                    word.dropFirst().first.map({ $0.isLetter || $0 == "-" }) == true
                {
                    chunks.append(String(part))
                    part = []
                }
            }
            if !part.isEmpty { chunks.append(String(part)) }
        }
        return chunks
    }
}
