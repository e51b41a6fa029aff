/// What the store holds now: entries ordered by key, in memory.
struct CurrentIndex {
    private var entries: [Entry] = []

    init(_ sorted: [Entry] = []) { entries = sorted }

    var count: Int { entries.count }

    subscript(key: String) -> Entry? {
        let at = lowerBound(key)
        return at < entries.count && entries[at].key == key ? entries[at] : nil
    }

    mutating func apply(_ change: Change) {
        let key = change.entry.key
        let at = lowerBound(key)
        let found = at < entries.count && entries[at].key == key
        switch (change.kind, found) {
        case (.deleted, true): entries.remove(at: at)
        case (.deleted, false): break
        case (_, true): entries[at] = change.entry
        case (_, false): entries.insert(change.entry, at: at)
        }
    }

    /// The entries from one key to before another.
    func slice(from start: String, to end: String) -> ArraySlice<Entry> {
        let first = lowerBound(start)
        return entries[first..<max(first, lowerBound(end))]
    }

    private func lowerBound(_ key: String) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
