internal import Bundles
internal import JSON

/// `ufw`: the simple firewall's state, defaults and rules.
///
/// ufw itself knows what it has already: so its rules before and after tell whether anything changed, as for the peer.
enum UfwModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        guard Spawn.finds("ufw") else { throw TaskFailure.noProgram("ufw", package: "ufw") }
        let commands = try commands(context)
        guard !commands.isEmpty else {
            throw TaskFailure.badArguments(
                module: "ufw", reason: "it needs one of 'state', 'default', 'rule' and 'logging'")
        }
        let before = try status(context)
        let shown = JSON(commands.map { "ufw " + $0.arguments.joined(separator: " ") })
        var isOpen = false
        for command in commands {
            switch command.kind {
            case .certain: isOpen = true
            case .state(let isWanted): isOpen = isOpen || before.contains("Status: active") != isWanted
            case .logging(let level): isOpen = try isOpen || changesLogging(to: level, before)
            case .standard(let value, let direction): isOpen = isOpen || !before.contains("\(value) (\(direction))")
            case .rule:
                let text = try context.spawn(["ufw", "--dry-run"] + command.arguments).outputText.lineTexts
                isOpen = try isOpen || adds(text, context)
            }
        }
        let result: JSONObject = ["commands": shown, "msg": .string(before.trimmed)]
        guard isOpen else { return Proposal(result) }
        let after = commands.map { $0.arguments.joined(separator: " ") }.joined(separator: "\n") + "\n"
        return Proposal(result, differences: [.init(path: "ufw", before: "", after: after)]) {
            let rules = try rules()
            for command in commands { try context.spawn(["ufw"] + command.arguments) }
            let now = try status(context)
            let isChanged = try commands.contains { $0.kind == .certain } || now != before || self.rules() != rules
            return ["msg": .string(now.trimmed), "changed": .bool(isChanged)]
        }
    }

    private struct Command {
        enum Kind: Hashable {
            case certain, rule
            case state(Bool)
            case logging(String)
            case standard(String, direction: String)
        }

        var kind: Kind
        var arguments: [String]
    }

    private static func status(_ context: ModuleContext) throws -> String {
        try context.spawn(["ufw", "status", "verbose"]).outputText
    }

    /// The lines in which ufw keeps its rules.
    private static func rules() throws -> [String] {
        try ["/etc/ufw/user.rules", "/etc/ufw/user6.rules", "/lib/ufw/user.rules", "/lib/ufw/user6.rules"].flatMap {
            try (SystemCalls.readText($0) ?? "").lineTexts.filter { $0.hasPrefix("### tuple") }
        }
    }

    /// Whether what a dry run would write has other rules than there are; ufw says `Skipping` to what it has.
    private static func adds(_ text: [String], _ context: ModuleContext) throws -> Bool {
        if !text.isEmpty, text.allSatisfy({ $0.hasPrefix("Skipping") || $0.hasPrefix("Could not delete") }) {
            return false
        }
        let tuples = text.filter { $0.hasPrefix("### tuple") }
        return try tuples.isEmpty || !Set(tuples).isSubset(of: Set(rules())) || context.flag("delete")
            || context.integer("insert") != nil
    }

    private static func changesLogging(to level: String, _ status: String) throws -> Bool {
        guard let line = status.lineTexts.first(where: { $0.hasPrefix("Logging: ") }) else { return true }
        if level == "off" { return !line.hasPrefix("Logging: off") }
        if line.hasPrefix("Logging: off") { return true }
        return level != "on" && !line.contains("(\(level))")
    }

    private static func commands(_ context: ModuleContext) throws -> [Command] {
        let direction = context.text("direction")
        var commands: [Command] = []
        if let value = context.text("default") {
            guard direction.map({ ["incoming", "outgoing", "routed"].contains($0) }) ?? true else {
                throw TaskFailure.badArguments(
                    module: "ufw", reason: "with 'default', 'direction' is incoming, outgoing or routed")
            }
            commands.append(
                Command(
                    kind: .standard(value, direction: direction ?? "incoming"),
                    arguments: ["default", value] + (direction.map { [$0] } ?? [])))
        }
        if context.text("rule") != nil { commands.append(Command(kind: .rule, arguments: try rule(context))) }
        if let level = context.text("logging") {
            commands.append(Command(kind: .logging(level), arguments: ["logging", level]))
        }
        if let state = context.text("state") {
            let verb =
                ["enabled": "enable", "disabled": "disable", "reloaded": "reload", "reset": "reset"][state] ?? state
            let isCertain = ["reloaded", "reset"].contains(state)
            commands.append(
                Command(kind: isCertain ? .certain : .state(state == "enabled"), arguments: ["--force", verb]))
        }
        return commands
    }

    private static func rule(_ context: ModuleContext) throws -> [String] {
        let direction = context.text("direction")
        guard direction.map({ ["in", "out"].contains($0) }) ?? true else {
            throw TaskFailure.badArguments(module: "ufw", reason: "with 'rule', 'direction' is in or out")
        }
        if context.text("interface") != nil, direction == nil {
            throw TaskFailure.badArguments(module: "ufw", reason: "'interface' needs 'direction'")
        }
        let (inside, outside) = (context.text("interface_in"), context.text("interface_out"))
        if inside != nil, outside != nil, !context.flag("route") {
            throw TaskFailure.said("Only route rules can combine interface_in and interface_out")
        }
        var words: [String] = []
        if context.flag("route") { words.append("route") }
        if context.flag("delete") {
            words.append("delete")
        } else if let place = try insertion(context) {
            words += ["insert", String(place)]
        }
        words.append(try context.required("rule"))
        if let direction { words.append(direction) }
        if let interface = context.text("interface") { words += ["on", interface] }
        if let inside { words += ["in", "on", inside] }
        if let outside { words += ["out", "on", outside] }
        if context.flag("log") { words.append("log") }
        words += ["from", context.text("from_ip") ?? "any"]
        if let port = context.text("from_port") { words += ["port", port] }
        words += ["to", context.text("to_ip") ?? "any"]
        if let port = context.text("to_port") { words += ["port", port] }
        if let name = context.text("proto") { words += ["proto", name] }
        if let name = context.text("name") { words += ["app", name] }
        if let comment = context.text("comment") { words += ["comment", comment] }
        return words
    }

    /// The number of the place that a rule is put at, from where the task counts.
    private static func insertion(_ context: ModuleContext) throws -> Int? {
        guard let place = context.integer("insert") else { return nil }
        let start = context.text("insert_relative_to") ?? "zero"
        if start == "zero" { return place }
        let listed = try context.spawn(["ufw", "status", "numbered"]).outputText.lineTexts
        let rules = listed.filter { $0.hasPrefix("[") }
        let (four, six) = (rules.filter { !$0.contains("(v6)") }.count, rules.filter { $0.contains("(v6)") }.count)
        let base =
            switch start {
            case "first-ipv4": 1
            case "last-ipv4": max(1, four)
            case "first-ipv6": four > 0 ? four + 1 : 1
            default: six > 0 ? rules.count : rules.count + 1
            }
        // ufw refuses a number beyond its last rule; without one it appends.
        return base + place > rules.count ? nil : base + place
    }
}
