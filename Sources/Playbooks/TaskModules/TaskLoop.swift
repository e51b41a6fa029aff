internal import Bundles
internal import Diagnostics
internal import JSON
internal import Templates

// A task that is done for each element of a list.
extension TaskRunner {
    /// The loop's items with the variables that tell of each.
    func rounds(of loop: JSON) throws -> [(item: JSON, variables: JSONObject)] {
        let items = try items(of: loop)
        return items.enumerated().map { index, item in
            let control = task.loopControl
            var variables: JSONObject = [
                control.variable: item, "ansible_loop_var": .string(control.variable),
            ]
            if let name = control.indexVariable {
                variables[name] = JSON(index)
                variables["ansible_index_var"] = .string(name)
            }
            if control.isExtended { variables["ansible_loop"] = Self.state(items, index) }
            return (item, variables)
        }
    }

    private func items(of loop: JSON) throws -> [JSON] {
        let variables = play.variables(task, [])
        if let lookup = task.loopLookup { return try variables.items(of: lookup, terms: loop) }
        let value = try variables.render(loop)
        guard let items = value.array else {
            throw TaskFailure.said("'loop' needs a list, and this is: \(isSecret ? "(hidden)" : value.text)")
        }
        return items
    }

    /// `ansible_loop`.
    private static func state(_ items: [JSON], _ index: Int) -> JSON {
        var state: JSON = [
            "allitems": .array(items), "index": JSON(index + 1), "index0": JSON(index),
            "revindex": JSON(items.count - index), "revindex0": JSON(items.count - index - 1),
            "first": .bool(index == 0),
            "last": .bool(index == items.count - 1), "length": JSON(items.count),
        ]
        if index > 0 { state["previtem"] = items[index - 1] }
        if index < items.count - 1 { state["nextitem"] = items[index + 1] }
        return state
    }

    func loop(over loop: JSON) throws -> ItemResult {
        let rounds: [(item: JSON, variables: JSONObject)]
        do {
            rounds = try self.rounds(of: loop)
        } catch {
            // A task that is skipped anyway may loop over what does not exist.
            if !task.when.isEmpty, (try? conditionsHold(task.when, play.variables(task, []))) == false {
                return ItemResult(outcome: .skipped, members: skipped)
            }
            return try excused(failure(error, JSONObject()), play.variables(task, []))
        }
        var results: [ItemResult] = []
        for (index, round) in rounds.enumerated() {
            if index > 0 { try pause() }
            var result = try item([round.variables])
            for (name, value) in round.variables { result.members[name] = value }
            results.append(result)
            var event = event(status(result.outcome), item: label(round.item, round.variables))
            try fill(&event, result)
            try runner.channel.send(event)
        }
        return combined(results)
    }

    /// Waits between two items, where the loop wants that.
    private func pause() throws {
        guard let pause = task.loopControl.pause else { return }
        let seconds = Conversions.float(try play.variables(task, []).render(pause)) ?? 0
        try runner.channel.flush()
        SystemCalls.sleep(milliseconds: Int(seconds * 1000))
        try runner.channel.checkOpen()
    }

    /// What an item is shown as.
    private func label(_ item: JSON, _ variables: JSONObject) -> String {
        var shown = item["name"] ?? item
        // A label that cannot be rendered is no reason to fail what was done.
        if let label = task.loopControl.label, let text = try? play.variables(task, [variables]).render(label) {
            shown = text
        }
        let text = shown.string ?? shown.text
        return text.count > 120 ? text.prefix(117) + "…" : text
    }

    private func combined(_ results: [ItemResult]) -> ItemResult {
        let outcome: Outcome =
            if results.contains(where: { $0.outcome == .failed }) {
                .failed
            } else if results.allSatisfy({ $0.outcome == .skipped }) {
                .skipped
            } else if results.contains(where: { $0.outcome == .ignored }) {
                .ignored
            } else {
                results.contains { $0.outcome == .changed } ? .changed : .ok
            }
        let failures = results.filter { $0.outcome == .failed || $0.outcome == .ignored }
        var members: JSONObject = [
            "results": .array(results.map { .object($0.members) }),
            "changed": .bool(results.contains { $0.members["changed"] == true }),
            "msg": failures.isEmpty ? "All items completed" : "One or more items failed",
        ]
        if !failures.isEmpty { members["failed"] = true }
        if outcome == .skipped { members["skipped"] = true }
        return ItemResult(
            outcome: outcome, members: members,
            message: failures.isEmpty ? nil : "\(failures.count) of \(results.count) items failed")
    }
}
