internal import Bundles
internal import JSON

/// `iptables`: a rule, a chain or a chain's policy of the packet filter.
enum IptablesModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let version = context.text("ip_version") ?? "ipv4"
        let program = version == "ipv6" ? "ip6tables" : "iptables"
        guard Spawn.finds(program) else { throw TaskFailure.noProgram(program, package: "iptables") }
        let (table, chain) = (context.text("table") ?? "filter", context.text("chain"))
        let flushes = context.flag("flush")
        guard flushes || chain != nil else {
            throw TaskFailure.said("Either chain or flush parameter must be specified.")
        }
        let jump = try jump(context)
        let rule = try IptablesRule(context, jump: jump).arguments
        let isPresent = context.text("state") != "absent"
        let manages = context.flag("chain_management")
        let result: JSONObject = [
            "ip_version": .string(version), "table": .string(table), "chain": chain.map { .string($0) } ?? .null,
            "flush": .bool(flushes), "rule": .string(IptablesRule.shown(rule, context)),
            "state": .string(isPresent ? "present" : "absent"), "chain_management": .bool(manages),
        ]
        let wait = context.text("wait").map { ["-w", $0] } ?? ["-w"]
        func command(_ action: String, _ more: [String] = []) -> [String] {
            [program] + wait + ["-t", table, action] + (chain.map { [$0] } ?? []) + more
        }
        func change(_ before: String, _ after: String, _ commands: [[String]]) -> Proposal {
            Proposal(result, differences: [.init(path: "\(program) \(table)", before: before, after: after)]) {
                for command in commands { try context.spawn(command) }
                return [:]
            }
        }
        func holds(_ command: [String]) throws -> Bool { try context.run(command).status == 0 }
        let text = ([chain ?? ""] + rule).joined(separator: " ") + "\n"
        if flushes { return change("rules\n", "", [command("-F")]) }
        if let policy = context.text("policy") {
            let current = try policyOf(chain ?? "", command("-S"), context)
            return current == policy
                ? Proposal(result) : change(current + "\n", policy + "\n", [command("-P", [policy])])
        }
        if rule.isEmpty {
            let isThere = try holds(command("-S"))
            guard isThere != isPresent else { return Proposal(result) }
            guard manages || !isPresent else {
                throw TaskFailure.badArguments(
                    module: "iptables",
                    reason: "there is no chain '\(chain ?? "")'; 'chain_management: true' would make it")
            }
            return isPresent ? change("", text, [command("-N")]) : change(text, "", [command("-X")])
        }
        let needsChain = try manages && isPresent && !holds(command("-S"))
        let isThere = try !needsChain && holds(command("-C", rule))
        guard isThere != isPresent else { return Proposal(result) }
        guard isPresent else { return change(text, "", [command("-D", rule)]) }
        let place =
            context.text("action") == "insert"
            ? command("-I", (context.text("rule_num").map { [$0] } ?? []) + rule) : command("-A", rule)
        return change("", text, (needsChain ? [command("-N")] : []) + [place])
    }

    private static func jump(_ context: ModuleContext) throws -> String? {
        let jump = context.text("jump")
        if jump?.lowercased() == "tee", context.text("gateway") == nil {
            throw TaskFailure.badArguments(module: "iptables", reason: "the target TEE needs 'gateway'")
        }
        guard context.text("log_prefix") != nil || context.text("log_level") != nil else { return jump }
        guard jump == nil || jump == "LOG" else {
            throw TaskFailure.said("Logging options can only be used with the LOG jump target.")
        }
        return "LOG"
    }

    /// `-P INPUT ACCEPT` among the chain's rules.
    private static func policyOf(_ chain: String, _ command: [String], _ context: ModuleContext) throws -> String {
        let listed = try context.spawn(command).outputText.lineTexts
        for line in listed where line.hasPrefix("-P \(chain) ") { return String(line.dropFirst(4 + chain.count)) }
        throw TaskFailure.said("Can't detect current policy")
    }
}

/// A rule as `iptables` takes it, in the peer's order of arguments.
struct IptablesRule {
    private(set) var arguments: [String] = []
    private let context: ModuleContext

    init(_ context: ModuleContext, jump: String?) throws {
        self.context = context
        for name in [("protocol", "-p"), ("source", "-s"), ("destination", "-d")] { add(name.0, name.1) }
        let matches = context.texts("match") ?? []
        for match in matches { append(match, "-m") }
        if let flags = context.arguments["tcp_flags"]?.object {
            func list(_ name: String) -> String? {
                flags[name].map { ($0.array ?? [$0]).map { $0.string ?? $0.text }.joined(separator: ",") }
            }
            if let all = list("flags"), let set = list("flags_set") { arguments += ["--tcp-flags", all, set] }
        }
        if let jump { append(jump, "-j") }
        if jump?.lowercased() == "tee" { add("gateway", "--gateway") }
        add("log_prefix", "--log-prefix")
        add("log_level", "--log-level")
        add("to_destination", "--to-destination")
        if let ports = context.texts("destination_ports"), !ports.isEmpty {
            arguments += ["-m", "multiport", "--dports", ports.joined(separator: ",")]
        }
        for (name, option) in [
            ("to_source", "--to-source"), ("goto", "-g"), ("in_interface", "-i"), ("out_interface", "-o"),
            ("fragment", "-f"), ("set_counters", "-c"), ("source_port", "--source-port"),
            ("destination_port", "--destination-port"), ("to_ports", "--to-ports"), ("set_dscp_mark", "--set-dscp"),
            ("set_dscp_mark_class", "--set-dscp-class"),
        ] { add(name, option) }
        switch context.text("syn") {
        case "match": arguments.append("--syn")
        case "negate": arguments += ["!", "--syn"]
        default: break
        }
        addMatches(matches)
        if jump == nil, context.text("reject_with") != nil { arguments += ["-j", "REJECT"] }
        add("reject_with", "--reject-with")
        add("icmp_type", context.text("ip_version") == "ipv6" ? "--icmpv6-type" : "--icmp-type")
        if context.text("comment") != nil { arguments += ["-m", "comment"] }
        add("comment", "--comment")
    }

    /// Arguments that bring their own extension along where the task does not name it.
    private mutating func addMatches(_ matches: [String]) {
        if let states = context.texts("ctstate"), !states.isEmpty {
            let usesState = !matches.contains("conntrack") && matches.contains("state")
            if !usesState, !matches.contains("conntrack") { arguments += ["-m", "conntrack"] }
            arguments += [usesState ? "--state" : "--ctstate", states.joined(separator: ",")]
        }
        for (extra, options) in [
            ("iprange", [("src_range", "--src-range"), ("dst_range", "--dst-range")]),
            ("set", [("match_set", "--match-set")]),
            ("limit", [("limit", "--limit"), ("limit_burst", "--limit-burst")]),
            ("owner", [("uid_owner", "--uid-owner")]), ("owner", [("gid_owner", "--gid-owner")]),
        ] where options.contains(where: { context.text($0.0) != nil }) {
            if !matches.contains(extra) || extra == "limit" || extra == "owner" { arguments += ["-m", extra] }
            for (name, option) in options { add(name, option) }
            if extra == "set", let flags = context.text("match_set_flags") { arguments.append(flags) }
        }
    }

    private mutating func add(_ name: String, _ option: String) {
        if let value = context.text(name), !value.isEmpty { append(value, option) }
    }

    /// `!value` negates.
    private mutating func append(_ value: String, _ option: String) {
        arguments += value.hasPrefix("!") ? ["!", option, String(value.dropFirst()).trimmed] : [option, value]
    }

    static func shown(_ arguments: [String], _ context: ModuleContext) -> String {
        ((context.text("wait").map { ["-w", $0] } ?? []) + arguments).joined(separator: " ")
    }
}
