/// The latest changes, in memory, so that most watches start without reading the log.
struct RecentHistory {
    /// Changes after this revision are all here.
    private(set) var floor: Int64
    private var changes: [Change] = []
    private var head = 0
    private var bytes = 0
    private let maximumChanges: Int
    private let maximumBytes: Int

    init(floor: Int64, maximumChanges: Int = 4096, maximumBytes: Int = 4 << 20) {
        self.floor = floor
        self.maximumChanges = maximumChanges
        self.maximumBytes = maximumBytes
    }

    mutating func append(_ change: Change) {
        changes.append(change)
        bytes += change.entry.value.count
        while changes.count - head > maximumChanges || (bytes > maximumBytes && changes.count - head > 1) {
            bytes -= changes[head].entry.value.count
            floor = changes[head].revision
            head += 1
        }
        guard head > maximumChanges / 4 else { return }
        changes.removeFirst(head)
        head = 0
    }

    /// The changes after a revision whose keys start with a prefix.
    func after(_ revision: Int64, prefix: String) -> [Change] {
        var low = head
        var high = changes.count
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].revision <= revision { low = middle + 1 } else { high = middle }
        }
        return changes[low...].filter { $0.entry.key.hasPrefix(prefix) }
    }
}
