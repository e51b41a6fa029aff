internal import JSON
internal import Synchronization

/// What machines told of their variables during a run, and who has heard of it.
final class SharedVariables: Sendable {
    private struct State {
        /// Each piece of news with its number, by machine.
        var told: [(host: String, updates: JSONObject)] = []
        var heard: [String: Int] = [:]
    }

    private let state = Mutex(State())

    /// Notes what a machine told.
    func tell(_ updates: JSONObject, of host: String) {
        guard !updates.isEmpty else { return }
        state.withLock { $0.told.append((host, updates)) }
    }

    /// Takes it that a machine has heard nothing.
    func forget(_ host: String) { state.withLock { $0.heard[host] = 0 } }

    /// What a machine has not heard yet of the others, by machine.
    func news(for host: String) -> JSONObject {
        state.withLock { state in
            var news = JSONObject()
            for (other, updates) in state.told[(state.heard[host] ?? 0)...] where other != host {
                var all = news[other]?.object ?? JSONObject()
                for (name, value) in updates { all[name] = value }
                news[other] = .object(all)
            }
            state.heard[host] = state.told.count
            return news
        }
    }
}
