internal import Bundles
internal import Diagnostics
internal import JSON

// A task that is done for each element of a list.
extension TaskRunner {
    func loop(over loop: JSON) throws -> ItemResult {
        let items: [JSON]
        do {
            let value = try play.variables(task, []).render(loop)
            guard let elements = value.array else {
                throw TaskFailure.said("'loop' needs a list, and this is: \(isSecret ? "(hidden)" : value.text)")
            }
            items = elements
        } catch {
            // A task that is skipped anyway may loop over what does not exist.
            if !task.when.isEmpty, (try? conditionsHold(task.when, play.variables(task, []))) == false {
                return ItemResult(outcome: .skipped, members: skipped)
            }
            return failure(error, JSONObject())
        }
        var results: [ItemResult] = []
        for (index, element) in items.enumerated() {
            var extra: JSONObject = [task.loopVariable: element, "ansible_loop_var": .string(task.loopVariable)]
            if let name = task.loopIndexVariable { extra[name] = JSON(index) }
            var result = try item([extra])
            result.members[task.loopVariable] = element
            result.members["ansible_loop_var"] = .string(task.loopVariable)
            results.append(result)
            var event = event(status(result.outcome), item: Self.label(element))
            try fill(&event, result)
            try runner.channel.send(event)
        }
        return combined(results)
    }

    private static func label(_ element: JSON) -> String {
        let text = element.string ?? element["name"]?.string ?? element.text
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
