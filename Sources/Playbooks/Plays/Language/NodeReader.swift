internal import Diagnostics
internal import JSON
internal import Templates
internal import YAML

/// Reads YAML nodes into a playbook's values and notes what does not fit.
struct NodeReader {
    let problems: Problems

    func text(_ node: YAMLNode, _ what: String) -> String? {
        if let text = node.text { return text }
        problems.add(.wrongShape(what: what, wanted: "a string", found: node.kind, at: node.location))
        return nil
    }

    func flag(_ node: YAMLNode, _ what: String) -> Bool? {
        if let flag = node.json.bool { return flag }
        if let text = node.text, ["yes", "true", "no", "false"].contains(text.lowercased()) {
            return ["yes", "true"].contains(text.lowercased())
        }
        problems.add(.wrongShape(what: what, wanted: "yes or no", found: node.kind, at: node.location))
        return nil
    }

    func number(_ node: YAMLNode, _ what: String) -> Double? {
        if let number = node.json.double ?? node.text.flatMap({ Double($0) }) { return number }
        problems.add(.wrongShape(what: what, wanted: "a number", found: node.kind, at: node.location))
        return nil
    }

    func entries(_ node: YAMLNode, _ what: String) -> [YAMLNode.Entry] {
        if let entries = node.mapping { return entries }
        if node.json.isNull { return [] }
        problems.add(.wrongShape(what: what, wanted: "a mapping", found: node.kind, at: node.location))
        return []
    }

    func list(_ node: YAMLNode, _ what: String) -> [YAMLNode] {
        if let elements = node.sequence { return elements }
        if node.json.isNull { return [] }
        problems.add(.wrongShape(what: what, wanted: "a list", found: node.kind, at: node.location))
        return []
    }

    /// One string or a list of them.
    func texts(_ node: YAMLNode, _ what: String) -> [(text: String, location: SourceLocation)] {
        if let elements = node.sequence {
            return elements.compactMap { element in text(element, what).map { ($0, element.location) } }
        }
        return text(node, what).map { [($0, node.location)] } ?? []
    }

    /// Variables; every template in them is parsed.
    func variables(_ node: YAMLNode, _ what: String) -> JSONObject {
        // Ansible also takes a list of mappings here.
        if let elements = node.sequence {
            return elements.reduce(into: JSONObject()) { all, element in
                for (name, value) in variables(element, what) { all[name] = value }
            }
        }
        return JSONObject(
            entries(node, what).map { entry in
                checkTemplates(entry.value)
                return (entry.key.text ?? entry.key.json.text, entry.value.json)
            })
    }

    /// Parses every template within a value, so that mistakes in them are told before anything runs.
    func checkTemplates(_ node: YAMLNode) {
        switch node.content {
        case .scalar(let scalar):
            guard Template.isTemplate(scalar.text) else { return }
            do throws(TemplateError) {
                _ = try Template(parsing: scalar.text, at: origin(node))
            } catch {
                problems.add(error.diagnosis)
            }
        case .sequence(let elements): for element in elements { checkTemplates(element) }
        case .mapping(let entries): for entry in entries { checkTemplates(entry.value) }
        }
    }

    /// Where a scalar's text begins: behind its quote.
    private func origin(_ node: YAMLNode) -> SourceLocation {
        guard case .scalar(let scalar) = node.content, !scalar.isPlain, !scalar.text.contains("\n") else {
            return node.location
        }
        return SourceLocation(file: node.location.file, line: node.location.line, column: node.location.column + 1)
    }

    /// A bare condition or a list of them; each is parsed.
    func conditions(_ node: YAMLNode) -> [JSON] {
        (node.sequence ?? [node]).map { element in
            if let text = element.text, case .string = element.json {
                do throws(TemplateError) {
                    if Template.isTemplate(text) {
                        _ = try Template(parsing: text, at: origin(element))
                    } else if !text.isEmpty {
                        _ = try Condition(parsing: text, at: origin(element))
                    }
                } catch {
                    problems.add(error.diagnosis)
                }
            } else if element.mapping != nil || element.sequence != nil {
                problems.add(
                    .wrongShape(what: "a condition", wanted: "an expression", found: element.kind, at: element.location)
                )
            }
            return element.json
        }
    }
}
