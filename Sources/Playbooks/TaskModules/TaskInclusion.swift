internal import Bundles
internal import JSON
internal import Templates

// A task that brings others.
extension TaskRunner {
    /// What is to be done in its place: for each of the loop's items that its conditions let pass, what is included and the
    /// variables that come with it.
    func inclusions() throws -> (outcome: Outcome, rounds: [(Inclusion, JSONObject)]) {
        let start = SystemCalls.monotonicMilliseconds
        try runner.channel.send(event(.started))
        var rounds: [(Inclusion, JSONObject)] = []
        var result: ItemResult
        do {
            for extra in try task.loop.map({ try self.rounds(of: $0).map(\.variables) }) ?? [JSONObject()] {
                let variables = play.variables(task, [extra])
                guard try conditionsHold(task.when, variables) else { continue }
                let name = try variables.render(task.arguments["name"] ?? .null).pythonText
                rounds.append((try play.inclusion(name, of: task), extra))
            }
            result = ItemResult(outcome: rounds.isEmpty ? .skipped : .ok, members: rounds.isEmpty ? skipped : [:])
        } catch let error as BundleError {
            throw error
        } catch {
            rounds = []
            result = try excused(failure(error, JSONObject()), play.variables(task, []))
        }
        // Ansible counts a file once for each time, and a role not at all.
        switch result.outcome {
        case .ok: runner.counts.ok += task.module == "include_tasks" ? rounds.count : 0
        default: count(result)
        }
        var event = event(status(result.outcome))
        event.milliseconds = SystemCalls.monotonicMilliseconds - start
        try fill(&event, result)
        try runner.channel.send(event)
        return (result.outcome, rounds)
    }
}
