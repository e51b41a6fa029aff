internal import Diagnostics
internal import JSON
internal import YAML

/// `import_playbook`: another file's plays in this place, with what they take over from here.
struct PlaybookImport {
    /// The file as it is written; nil where that is a mistake.
    private(set) var name: String?
    let location: SourceLocation
    /// The file as it was found.
    private(set) var path = ""
    private var keywords: Surroundings
    private var variables = JSONObject()

    /// Nil for what is no import; every mistake is noted.
    init?(_ node: YAMLNode, _ steps: PlayReader) {
        guard let entries = node.mapping,
            let entry = entries.first(where: { Keywords.shortName(of: $0.key.text ?? "") == "import_playbook" })
        else { return nil }
        location = entry.value.location
        keywords = Surroundings(folder: "")
        name = steps.reader.text(entry.value, "'import_playbook'")
        if let text = name, !steps.isFixed(entry.value) || text.isEmpty { name = nil }
        for other in entries where other.key.text != entry.key.text {
            switch other.key.text ?? "" {
            case "name": break
            case "vars":
                for (name, value) in steps.reader.variables(other.value, "'vars'") { variables[name] = value }
            case "when", "tags": _ = steps.inherit(other, into: &keywords)
            default:
                steps.problems.add(
                    steps.unknownKeyword(other, of: "'import_playbook'", among: ["name", "vars", "when", "tags"]))
            }
        }
    }

    /// The same with the file that was found.
    func at(_ path: String) -> PlaybookImport {
        var imported = self
        imported.path = path
        return imported
    }

    /// Gives a play what its import says.
    func apply(to surroundings: inout Surroundings, _ play: inout Play) {
        surroundings.keywords.when += keywords.keywords.when
        surroundings.tags.formUnion(keywords.tags)
        for (name, value) in variables { play.variables[name] = value }
    }
}
