package import Diagnostics

/// Why the store did not do what it was asked.
package enum StoreError: Error, Hashable, Sendable {
    /// A create of a key that exists.
    case exists(key: String)
    /// An update or a deletion of a key that does not exist.
    case missing(key: String)
    /// A compare-and-swap that expected another revision than the current one.
    case conflict(key: String, expected: Int64, actual: Int64)
    /// A read or a watch from before the oldest revision that is kept.
    case compacted(asked: Int64, oldest: Int64)
    /// A read at a revision that has not been reached.
    case future(asked: Int64, current: Int64)
    /// A watcher that took its changes too slowly and was dropped.
    case watcherTooSlow
    case closed
    /// SQLite failed; the text never holds values.
    case database(doing: String, code: Int32, message: String)
    /// A durability setting that SQLite did not take over.
    case setting(name: String, wanted: String, found: String)
}

extension StoreError: Diagnosable {
    package var diagnosis: Diagnosis {
        switch self {
        case .exists(let key): Diagnosis("the key \(key) exists already")
        case .missing(let key): Diagnosis("the key \(key) does not exist")
        case .conflict(let key, let expected, let actual):
            Diagnosis(
                "the key \(key) was changed", why: "it is at revision \(actual), the writer knew \(expected)",
                fix: "read it again and repeat the change")
        case .compacted(let asked, let oldest):
            Diagnosis("revision \(asked) was compacted", why: "the oldest kept is \(oldest)", fix: "list again")
        case .future(let asked, let current):
            Diagnosis("revision \(asked) lies in the future", why: "the store is at \(current)")
        case .watcherTooSlow:
            Diagnosis("a watcher was dropped", why: "it took its changes too slowly", fix: "list and watch again")
        case .closed: Diagnosis("the store is closed")
        case .database(let doing, let code, let message):
            Diagnosis(
                "the store failed while \(doing)", why: "SQLite says: \(message) (\(code))",
                fix: "check the disk's space and rights")
        case .setting(let name, let wanted, let found):
            Diagnosis(
                "SQLite did not accept \(name)=\(wanted)", why: "it is \(found)",
                fix: "keep the store on a local file system")
        }
    }
}
