internal import JSON

/// A text as a comment of some language, as the filter `comment` makes it.
struct Comment {
    private var newline = "\n"
    private var beginning = ""
    private var prefix = ""
    private var prefixCount = 1
    private var decoration = "# "
    private var postfix = ""
    private var postfixCount = 1
    private var end = ""

    init(_ arguments: CallArguments) throws {
        let style = try arguments.text(0, "style") ?? "plain"
        switch style {
        case "plain": break
        case "erlang": decoration = "% "
        case "c": decoration = "// "
        case "cblock": (beginning, decoration, end) = ("/*", " * ", " */")
        case "xml": (beginning, decoration, end) = ("<!--", " - ", "-->")
        default:
            throw TemplateProblemThrown.bad(
                "comment", "the styles are plain, erlang, c, cblock and xml, not '\(style)'")
        }
        func option(_ name: String) throws -> JSON? { try arguments.named.first { $0.name == name }?.value.resolved() }
        decoration = try option("decoration")?.pythonText ?? decoration
        let bare = Conversions.trimmed(decoration, atStart: false)
        newline = try option("newline")?.pythonText ?? newline
        beginning = try option("beginning")?.pythonText ?? beginning
        prefix = try option("prefix")?.pythonText ?? bare
        postfix = try option("postfix")?.pythonText ?? bare
        prefixCount = max(
            0, min(1000, try option("prefix_count").flatMap { Conversions.integer($0) }.map { Int($0) } ?? 1))
        postfixCount = max(
            0, min(1000, try option("postfix_count").flatMap { Conversions.integer($0) }.map { Int($0) } ?? 1))
        end = try option("end")?.pythonText ?? end
    }

    func around(_ text: String) -> String {
        let before = prefix.isEmpty ? "" : prefix == newline ? newline : prefix + newline
        let bare = Conversions.trimmed(decoration, atStart: false)
        let decorated = decoration + text.replacing(newline, with: newline + decoration)
        // No white space stands at the end of an empty line.
        let body = decoration.isEmpty ? decorated : decorated.replacing(decoration + newline, with: bare + newline)
        return (beginning.isEmpty ? "" : beginning + newline) + String(repeating: before, count: prefixCount) + body
            + String(repeating: newline + postfix, count: postfixCount) + (end.isEmpty ? "" : newline + end)
    }
}
