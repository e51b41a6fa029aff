internal import Diagnostics
internal import JSON
internal import Templates

/// `first_found`: names, or mappings of `files` and `paths`, of which the first that exists is meant.
struct FirstFound {
    private var names: [String] = []
    private var mayBeMissing = false

    init(_ request: LookupRequest) throws { try take(request.terms, request.options) }

    private mutating func take(_ terms: [JSON], _ options: JSONObject) throws {
        for term in terms {
            if let inner = term.array {
                try take(inner, options)
                continue
            }
            let own = term.object ?? options
            mayBeMissing = own["skip"]?.isTruthy ?? false
            let files = Self.parts(own["files"] ?? .null, ",;")
            let paths = Self.parts(own["paths"] ?? .null, ",:;")
            if !paths.isEmpty {
                names += paths.flatMap { path in files.map { $0.hasPrefix("/") ? $0 : path + "/" + $0 } }
            } else if !files.isEmpty {
                names = files
            } else if let name = term.string {
                names.append(name)
            } else {
                throw Diagnosis("first_found takes names and mappings with 'files', not \(term.text)")
            }
        }
    }

    private static func parts(_ value: JSON, _ separators: String) -> [String] {
        if let elements = value.array { return elements.flatMap { parts($0, separators) } }
        guard let text = value.string else { return [] }
        return text.split { separators.contains($0) }.map { Conversions.trimmed(String($0)) }
    }

    /// Where the first one is that `search` finds; nil where none may be missing and none is.
    func path(_ search: (String) throws -> String?) throws -> String? {
        for name in names where !Template.isTemplate(name) {
            if let path = try search(name) { return path }
        }
        if mayBeMissing { return nil }
        throw Diagnosis(
            "no file was found", why: "looked for " + names.joined(separator: ", "),
            fix: "add one that always exists, or say 'skip: true'")
    }
}
