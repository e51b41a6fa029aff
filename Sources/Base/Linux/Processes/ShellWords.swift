/// A line's words as a POSIX shell cuts them, without expansions (POSIX.1-2017, XCU 2.2).
package enum ShellWords {
    /// Why a line has no words.
    package enum Failure: String, Error, CustomStringConvertible {
        case unclosedQuote = "a quote is not closed"
        case unfinishedEscape = "the line ends with a backslash"

        package var description: String { rawValue }
    }

    /// Where `comments` are known, a `#` outside of quotes begins one.
    package static func split(_ line: some StringProtocol, comments: Bool = false) throws(Failure) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var isEscaped = false
        for character in line {
            if isEscaped {
                // Within double quotes a backslash is one, but before a quote or another.
                if quote == "\"", character != "\"", character != "\\" { word?.append("\\") }
                word = (word ?? "") + String(character)
                isEscaped = false
            } else if let open = quote {
                if character == open {
                    quote = nil
                } else if character == "\\", open == "\"" {
                    isEscaped = true
                } else {
                    word?.append(character)
                }
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if character == "\\" {
                isEscaped = true
            } else if comments, character == "#" {
                break
            } else if character.isWhitespace {
                if let done = word { words.append(done) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if quote != nil { throw .unclosedQuote }
        if isEscaped { throw .unfinishedEscape }
        if let word { words.append(word) }
        return words
    }
}
