internal import Diagnostics
internal import JSON
internal import YAML

/// YAML within a value.
enum YAMLText {
    /// Every document's value.
    static func values(_ text: String, _ filter: String) throws -> [JSON] {
        do {
            return try YAML.documents(text, file: filter).map(\.json)
        } catch {
            throw TemplateProblemThrown.bad(filter, "\(error)")
        }
    }
}

extension PythonYAML.Style {
    /// The options of `to_yaml` and `to_nice_yaml`; positional ones begin at a position.
    init(_ arguments: CallArguments, indent: Int, isFlow: Bool?, from position: Int) throws {
        self.indent = try arguments.integer(position, "indent") ?? indent
        self.isFlow = try arguments.flag(position + 99, "default_flow_style") ?? isFlow
        // A float stands for Python's infinity: no limit.
        width = try arguments.json(position + 99, "width").map { $0.whole.map { Int(clamping: $0) } ?? .max } ?? 80
        sortsKeys = try arguments.flag(position + 99, "sort_keys") ?? true
        hasExplicitStart = try arguments.flag(position + 99, "explicit_start") ?? false
        hasExplicitEnd = try arguments.flag(position + 99, "explicit_end") ?? false
    }
}
