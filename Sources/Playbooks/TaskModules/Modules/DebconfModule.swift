internal import Bundles
internal import JSON

/// `debconf`: the answer to a question that a package asks.
enum DebconfModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let package = try context.required("name")
        let answers = try answers(of: package, context)
        guard let question = context.text("question") else {
            guard context.text("vtype") == nil, context.text("value") == nil else {
                throw TaskFailure.badArguments(module: "debconf", reason: "'vtype' and 'value' need 'question'")
            }
            return Proposal(["msg": "", "current": .object(answers)])
        }
        guard let type = context.text("vtype"), var value = context.text("value") else {
            throw TaskFailure.badArguments(module: "debconf", reason: "'question' needs 'vtype' and 'value'")
        }
        var old = answers[question]?.string
        if type == "boolean" {
            value = value.lowercased()
            old = old?.lowercased()
        }
        if old == value { return Proposal(["msg": "", "current": .object(answers)]) }
        let isSecret = type == "password"
        let difference = TaskEvent.Difference(
            path: question, before: isSecret ? "(old)\n" : (old ?? "") + "\n",
            after: isSecret ? "(new)\n" : value + "\n")
        let result: JSONObject = [
            "msg": "", "current": [question: .string(value)], "previous": [question: .string(old ?? "")],
        ]
        return Proposal(result, differences: [difference]) {
            let line = "\(package) \(question) \(type) \(value)\n"
            let options = context.flag("unseen") ? ["-u"] : []
            try context.spawn(["debconf-set-selections"] + options, input: Array(line.utf8))
            return [:]
        }
    }

    /// What `debconf-show` lists: `* question: answer`, the star where somebody saw it.
    private static func answers(of package: String, _ context: ModuleContext) throws -> JSONObject {
        guard Spawn.finds("debconf-show") else { throw TaskFailure.noProgram("debconf-show", package: "debconf") }
        var answers = JSONObject()
        for line in try context.spawn(["debconf-show", package]).outputText.lineTexts {
            let text = line.drop { $0 == "*" || $0 == " " }
            guard let colon = text.firstIndex(of: ":") else { continue }
            answers[String(text[..<colon])] = .string(String(text[text.index(after: colon)...]).trimmed)
        }
        return answers
    }
}
