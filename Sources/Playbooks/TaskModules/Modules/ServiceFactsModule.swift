internal import JSON

/// `service_facts`: every service, whether it runs and whether it starts at boot, as facts.
enum ServiceFactsModule {
    private static let badStates: Set = ["not-found", "masked", "failed"]

    static func propose(_ context: ModuleContext) throws -> Proposal {
        guard Spawn.finds("systemctl") else { throw TaskFailure.noProgram("systemctl", package: "systemd") }
        var services = try loaded(context)
        var rest: [String] = []
        for (name, status) in try onDisk(context) {
            if services[name] == nil {
                services[name] = described(name, state: "unknown", status: status)
                rest.append(name)
            } else if let known = services[name]?["status"]?.string, !badStates.contains(known) {
                services[name]?["status"] = .string(status)
            }
        }
        for (name, state) in try states(of: rest, context) { services[name]?["state"] = .string(state) }
        return Proposal(["ansible_facts": ["services": .object(services)]])
    }

    private static func described(_ name: String, state: String, status: String) -> JSON {
        ["name": .string(name), "state": .string(state), "status": .string(status), "source": "systemd"]
    }

    private static func table(_ context: ModuleContext, _ command: String) throws -> [[String]] {
        let said = try context.run(["systemctl", command, "--no-pager", "--type", "service", "--all", "--plain"])
        return said.outputText.lineTexts.filter { $0.contains(".service") }.map { line in
            line.split(whereSeparator: \.isWhitespace).map(String.init)
        }
    }

    /// UNIT, LOAD, ACTIVE, SUB, DESCRIPTION.
    private static func loaded(_ context: ModuleContext) throws -> JSONObject {
        var services = JSONObject()
        for fields in try table(context, "list-units") where fields.count >= 4 {
            let bad = fields[1...3].first { badStates.contains($0) }
            services[fields[0]] = described(
                fields[0], state: fields[3] == "running" ? "running" : "stopped", status: bad ?? fields[2])
        }
        return services
    }

    private static func onDisk(_ context: ModuleContext) throws -> [(String, String)] {
        try table(context, "list-unit-files").compactMap { $0.count > 1 ? ($0[0], $0[1]) : nil }
    }

    /// What the manager says of services that are not loaded; templates have no state.
    private static func states(of names: [String], _ context: ModuleContext) throws -> [(String, String)] {
        let names = names.filter { !$0.contains("@.") }
        guard !names.isEmpty else { return [] }
        let shown = try context.run(["systemctl", "show", "--property=Id,ActiveState", "--"] + names).outputText
        // A block a unit, in the order in which they were asked for.
        let blocks = shown.replacing("\r", with: "").split(separator: "\n\n")
        return zip(names, blocks).compactMap { name, block in
            block.split(separator: "\n").first { $0.hasPrefix("ActiveState=") }.map {
                (name, String($0.dropFirst("ActiveState=".count)))
            }
        }
    }
}
