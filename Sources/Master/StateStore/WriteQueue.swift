/// What one writer asks for.
enum Write: Sendable {
    case create(key: String, Draft)
    case update(key: String, Draft, expected: Int64?)
    case delete(key: String, Draft?, expected: Int64?)

    var key: String {
        switch self {
        case .create(let key, _), .update(let key, _, _), .delete(let key, _, _): key
        }
    }

    /// The change this write makes of what stands at its key, or why it makes none.
    func change(of current: Entry?, at revision: Int64) throws(StoreError) -> Change {
        switch self {
        case .create(let key, let draft):
            guard current == nil else { throw StoreError.exists(key: key) }
            let entry = Entry(key: key, revision: revision, created: revision, value: draft.value(at: revision))
            return Change(kind: .created, entry: entry, previous: nil)
        case .update(let key, let draft, let expected):
            let current = try require(current, expected)
            let entry = Entry(key: key, revision: revision, created: current.created, value: draft.value(at: revision))
            return Change(kind: .updated, entry: entry, previous: current)
        case .delete(let key, let draft, let expected):
            let current = try require(current, expected)
            let last = draft?.value(at: revision) ?? current.value
            let entry = Entry(key: key, revision: revision, created: current.created, value: last)
            return Change(kind: .deleted, entry: entry, previous: current)
        }
    }

    private func require(_ current: Entry?, _ expected: Int64?) throws(StoreError) -> Entry {
        guard let current else { throw StoreError.missing(key: key) }
        if let expected, expected != current.revision {
            throw StoreError.conflict(key: key, expected: expected, actual: current.revision)
        }
        return current
    }
}

/// A write and whoever waits for it.
struct WaitingWrite: Sendable {
    var write: Write
    var continuation: CheckedContinuation<Result<Change, StoreError>, Never>
}
