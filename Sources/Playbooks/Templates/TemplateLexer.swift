/// Cuts a template into text, outputs and statements, by its dialect.
struct TemplateLexer {
    let input: [UInt8]
    var keepsBackslashes = false
    var at = 0
    private let dialect: TemplateDialect
    private let delimiters: [Delimiter]
    private var segments: [Segment] = []
    var stripsNext = false
    var dropsNewline = false

    /// `start` is where the template begins, behind a line that set its dialect.
    init(_ text: String, dialect: TemplateDialect, from start: Int = 0) {
        input = Array(text.utf8)
        at = start
        self.dialect = dialect
        delimiters = Delimiter.all(of: dialect)
    }

    private struct Delimiter {
        enum Kind { case output, block, comment }

        var kind: Kind
        var start: [UInt8]
        var end: [UInt8]

        /// Longer ones first, since one may begin another.
        static func all(of dialect: TemplateDialect) -> [Delimiter] {
            [
                Delimiter(kind: .block, start: Array(dialect.blockStart.utf8), end: Array(dialect.blockEnd.utf8)),
                Delimiter(
                    kind: .output, start: Array(dialect.variableStart.utf8), end: Array(dialect.variableEnd.utf8)),
                Delimiter(kind: .comment, start: Array(dialect.commentStart.utf8), end: Array(dialect.commentEnd.utf8)),
            ].sorted { $0.start.count > $1.start.count }
        }
    }

    mutating func segmentsOfTemplate() throws(TemplateError) -> [Segment] {
        var start = at
        while at < input.count {
            guard let delimiter = delimiters.first(where: { stands($0.start, at: at) }) else {
                at += 1
                continue
            }
            let opened = at
            at += delimiter.start.count
            let marker = at < input.count ? input[at] : 0
            addText(
                from: start, to: opened, stripsEnd: marker == UInt8(ascii: "-"),
                stripsLine: dialect.lstripBlocks && delimiter.kind != .output && marker != UInt8(ascii: "+"))
            if marker == UInt8(ascii: "-") || marker == UInt8(ascii: "+") { at += 1 }
            try addSegment(delimiter, opened)
            start = at
        }
        addText(from: start, to: input.count, stripsEnd: false, stripsLine: false)
        return segments
    }

    private mutating func addSegment(_ delimiter: Delimiter, _ opened: Int) throws(TemplateError) {
        switch delimiter.kind {
        case .comment: try skipComment(delimiter.end, opened)
        case .output:
            keepsBackslashes = dialect.isValue
            segments.append(.output(try tokens(until: delimiter.end, isBlock: false, opened: opened)))
            keepsBackslashes = false
        case .block:
            let tokens = try tokens(until: delimiter.end, isBlock: true, opened: opened)
            dropsNewline = dropsNewline && dialect.trimBlocks
            if tokens.first?.isName("raw") == true, tokens.count == 2 {
                // The newline behind `raw` is part of the text.
                dropsNewline = false
                try addRaw(delimiter, opened)
            } else {
                segments.append(.block(tokens))
            }
        }
    }

    func stands(_ bytes: [UInt8], at offset: Int) -> Bool {
        guard offset < input.count, input[offset] == bytes[0], offset + bytes.count <= input.count else { return false }
        for index in 1..<max(1, bytes.count) where input[offset + index] != bytes[index] { return false }
        return true
    }

    private mutating func addText(from start: Int, to end: Int, stripsEnd: Bool, stripsLine: Bool) {
        var (start, end) = (start, end)
        if dropsNewline, start < end, input[start] == 0x0A { start += 1 }
        if stripsNext { while start < end, isSpace(input[start]) { start += 1 } }
        (dropsNewline, stripsNext) = (false, false)
        if stripsEnd {
            while end > start, isSpace(input[end - 1]) { end -= 1 }
        } else if stripsLine {
            var line = end
            while line > start, input[line - 1] == 0x20 || input[line - 1] == 0x09 { line -= 1 }
            if line == 0 || input[line - 1] == 0x0A { end = line }
        }
        if start < end { segments.append(.text(String(decoding: input[start..<end], as: UTF8.self))) }
    }

    private mutating func skipComment(_ end: [UInt8], _ opened: Int) throws(TemplateError) {
        let start = at
        while at < input.count {
            if stands(end, at: at) {
                let marker = at > start ? input[at - 1] : 0
                stripsNext = marker == UInt8(ascii: "-")
                dropsNewline = dialect.trimBlocks && marker != UInt8(ascii: "+")
                at += end.count
                return
            }
            at += 1
        }
        throw failure("the comment is not closed by '\(dialect.commentEnd)'", opened)
    }

    /// Copies everything up to `{% endraw %}`.
    private mutating func addRaw(_ delimiter: Delimiter, _ opened: Int) throws(TemplateError) {
        let start = at
        while at < input.count {
            if stands(delimiter.start, at: at) {
                let end = at
                at += delimiter.start.count
                let marker = at < input.count ? input[at] : 0
                if marker == UInt8(ascii: "-") || marker == UInt8(ascii: "+") { at += 1 }
                skipSpace()
                if word() == "endraw" {
                    addText(
                        from: start, to: end, stripsEnd: marker == UInt8(ascii: "-"),
                        stripsLine: dialect.lstripBlocks && marker != UInt8(ascii: "+"))
                    _ = try tokens(until: delimiter.end, isBlock: true, opened: end)
                    dropsNewline = dropsNewline && dialect.trimBlocks
                    return
                }
                at = end
            }
            at += 1
        }
        throw failure("'raw' is not closed by 'endraw'", opened)
    }
}

extension TemplatePosition {
    init(of offset: Int, in input: [UInt8]) {
        let before = input.prefix(offset)
        line = before.count { $0 == 0x0A } + 1
        column = offset - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
    }
}
