import CLibvirt
import Synchronization

/// The inboxes of open streams by number: a callback that comes late finds none, instead of memory that is gone.
enum InboxRegistry {
    private struct Entry {
        var inbox: Inbox
        /// The address of the connection that it is fed over, which is no other's as long as the stream is there.
        var connection: Int
    }

    private struct State {
        var entries: [Int: Entry] = [:]
        var lastKey = 0
    }

    private static let state = Mutex(State())

    /// Adds an inbox that ends with the connection.
    static func add(_ inbox: Inbox, on connection: virConnectPtr) -> Int {
        let key = state.withLock { state in
            state.lastKey += 1
            state.entries[state.lastKey] = Entry(inbox: inbox, connection: Int(bitPattern: connection))
            return state.lastKey
        }
        // Nobody tells of one that closed before.
        if virConnectIsAlive(connection) != 1 {
            virResetLastError()
            inbox.end()
        }
        return key
    }

    static func inbox(_ key: Int) -> Inbox? {
        state.withLock { $0.entries[key]?.inbox }
    }

    static func remove(_ key: Int) {
        state.withLock { $0.entries[key] = nil }
    }

    /// Ends all that are fed over a connection.
    static func end(on connection: virConnectPtr) {
        let inboxes = state.withLock { state in
            state.entries.values.filter { $0.connection == Int(bitPattern: connection) }.map(\.inbox)
        }
        for inbox in inboxes { inbox.end() }
    }
}
