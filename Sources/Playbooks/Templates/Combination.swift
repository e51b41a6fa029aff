internal import JSON

/// How the filter `combine` joins dicts.
struct Combination {
    private let isRecursive: Bool
    private let lists: ListMerge

    enum ListMerge: String {
        case replace, keep, append, prepend
        case appendRestPrevious = "append_rp"
        case prependRestPrevious = "prepend_rp"
    }

    init(_ arguments: CallArguments) throws {
        for argument in arguments.named where argument.name != "recursive" && argument.name != "list_merge" {
            throw TemplateProblemThrown.bad("combine", "it has no option '\(argument.name)'")
        }
        isRecursive = try arguments.named.first { $0.name == "recursive" }?.value.resolved().isTruthy ?? false
        let name = try arguments.named.first { $0.name == "list_merge" }?.value.resolved().pythonText ?? "replace"
        guard let lists = ListMerge(rawValue: name) else {
            throw TemplateProblemThrown.bad(
                "combine", "list_merge is replace, keep, append, prepend, append_rp or prepend_rp, not '\(name)'")
        }
        self.lists = lists
    }

    func combine(_ value: JSON, _ arguments: CallArguments) throws -> JSON {
        let others = try arguments.positional.map { try $0.resolved() }
        let all = ([value] + others).flatMap { $0.array ?? [$0] }
        guard let first = all.first else { return .object(JSONObject()) }
        return try all.dropFirst().reduce(first) { try combine($0, $1) }
    }

    private func combine(_ left: JSON, _ right: JSON) throws -> JSON {
        guard case .object(let old) = left, case .object(let new) = right else {
            throw TemplateProblemThrown.bad("combine", "it joins dicts, not \(left.pythonType) and \(right.pythonType)")
        }
        if old.isEmpty || old == new { return right }
        var members = old
        if !isRecursive, lists == .replace {
            for (key, value) in new { members[key] = value }
            return .object(members)
        }
        for (key, value) in new {
            guard let before = members[key] else {
                members[key] = value
                continue
            }
            switch (before, value) {
            case (.object, .object) where isRecursive: members[key] = try combine(before, value)
            case (.array(let a), .array(let b)): members[key] = .array(merged(a, b))
            default: members[key] = value
            }
        }
        return .object(members)
    }

    private func merged(_ old: [JSON], _ new: [JSON]) -> [JSON] {
        switch lists {
        case .replace: new
        case .keep: old
        case .append: old + new
        case .prepend: new + old
        case .appendRestPrevious: old.filter { element in !new.contains { $0.equals(element) } } + new
        case .prependRestPrevious: new + old.filter { element in !new.contains { $0.equals(element) } }
        }
    }
}
