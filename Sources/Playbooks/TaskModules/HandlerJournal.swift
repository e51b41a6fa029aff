internal import Glibc
internal import JSON

/// Handlers that were notified and have not run yet, on disk, so that a killed run's successor still runs them.
final class HandlerJournal {
    private let path: String
    private var pending: JSONObject

    init(path: String) {
        self.path = path
        // A journal that cannot be read means that nothing is known to be pending.
        pending = (try? JSON(parsing: SystemCalls.read(path)))?.object ?? JSONObject()
    }

    func names(play: String) -> [String] { pending[play]?.array?.compactMap(\.string) ?? [] }

    /// Notes handlers before the change that will notify them, and forgets them when they ran.
    func set(_ names: [String], play: String) throws {
        let value: JSON? = if names.isEmpty { Optional.none } else { JSON(names) }
        guard pending[play] != value else { return }
        pending[play] = value
        let replacement = try FileReplacement(path)
        try replacement.write(JSON.object(pending).bytes)
        try replacement.commit(try FileAttributes(["mode": "0600"]))
    }
}
