import Synchronization

/// The inboxes of open streams and of event callbacks by number: a callback that comes late finds none, instead of memory
/// that is gone.
enum InboxRegistry {
    private struct State {
        var inboxes: [Int: Inbox] = [:]
        var lastKey = 0
    }

    private static let state = Mutex(State())

    static func add(_ inbox: Inbox) -> Int {
        state.withLock { state in
            state.lastKey += 1
            state.inboxes[state.lastKey] = inbox
            return state.lastKey
        }
    }

    static func inbox(_ key: Int) -> Inbox? {
        state.withLock { $0.inboxes[key] }
    }

    static func remove(_ key: Int) {
        state.withLock { $0.inboxes[key] = nil }
    }
}
