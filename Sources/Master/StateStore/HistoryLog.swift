/// The append-only log that is the whole store: every revision's key, kind and bytes, in one SQLite table.
struct HistoryLog {
    let database: Database

    init(path: String) throws(StoreError) {
        database = try Database(path: path)
        try database.run(
            """
            CREATE TABLE IF NOT EXISTS log (
              revision INTEGER PRIMARY KEY, key TEXT NOT NULL, kind INTEGER NOT NULL,
              created INTEGER NOT NULL, previous INTEGER NOT NULL, value BLOB NOT NULL)
            """)
        try database.run("CREATE UNIQUE INDEX IF NOT EXISTS log_by_key ON log (key, revision)")
        try database.run(
            "CREATE TABLE IF NOT EXISTS compaction (one INTEGER PRIMARY KEY CHECK (one = 1), revision INTEGER NOT NULL)"
        )
        try database.run("INSERT OR IGNORE INTO compaction VALUES (1, 0)")
    }

    func compacted() throws(StoreError) -> Int64 {
        try database.query("SELECT revision FROM compaction") { $0.integer(0) }.first ?? 0
    }

    func latest() throws(StoreError) -> Int64 {
        max(try compacted(), try database.query("SELECT max(revision) FROM log") { $0.integer(0) }.first ?? 0)
    }

    func append(_ change: Change) throws(StoreError) {
        let entry = change.entry
        try database.run(
            "INSERT INTO log VALUES (?, ?, ?, ?, ?, ?)", .integer(entry.revision), .text(entry.key),
            .integer(Int64(change.kind.rawValue)), .integer(entry.created), .integer(change.previous?.revision ?? 0),
            .blob(entry.value))
    }

    /// The keys from `start` to before `end` as they stood at a revision, in their order.
    func entries(from start: String, to end: String, at revision: Int64, limit: Int) throws(StoreError) -> [Entry] {
        try database.query(
            """
            SELECT key, revision, created, value FROM log AS one
            WHERE key >= ? AND key < ? AND revision <= ? AND kind < 2 AND NOT EXISTS
              (SELECT 1 FROM log WHERE key = one.key AND revision > one.revision AND revision <= ?)
            ORDER BY key LIMIT ?
            """, .text(start), .text(end), .integer(revision), .integer(revision), .integer(Int64(limit))
        ) { Entry(key: $0.text(0), revision: $0.integer(1), created: $0.integer(2), value: $0.blob(3)) }
    }

    /// How many keys from `start` to before `end` stood there at a revision.
    func count(from start: String, to end: String, at revision: Int64) throws(StoreError) -> Int {
        let counts = try database.query(
            """
            SELECT count(*) FROM log AS one
            WHERE key >= ? AND key < ? AND revision <= ? AND kind < 2 AND NOT EXISTS
              (SELECT 1 FROM log WHERE key = one.key AND revision > one.revision AND revision <= ?)
            """, .text(start), .text(end), .integer(revision), .integer(revision)
        ) { $0.integer(0) }
        return Int(counts.first ?? 0)
    }

    /// The changes after one revision up to another, in their order.
    func changes(from start: String, to end: String, after: Int64, through: Int64) throws(StoreError) -> [Change] {
        try database.query(
            """
            SELECT one.key, one.revision, one.created, one.value, one.kind, old.revision, old.created, old.value
            FROM log AS one LEFT JOIN log AS old ON old.revision = one.previous
            WHERE one.revision > ? AND one.revision <= ? AND one.key >= ? AND one.key < ? ORDER BY one.revision
            """, .integer(after), .integer(through), .text(start), .text(end)
        ) { row in
            Change(
                kind: Change.Kind(rawValue: Int32(row.integer(4))) ?? .updated,
                entry: Entry(key: row.text(0), revision: row.integer(1), created: row.integer(2), value: row.blob(3)),
                previous: row.isNull(5)
                    ? nil
                    : Entry(key: row.text(0), revision: row.integer(5), created: row.integer(6), value: row.blob(7)))
        }
    }

    /// Forgets what a later revision replaced, and deletions, up to a revision.
    func compact(to revision: Int64) throws(StoreError) {
        try database.run("UPDATE compaction SET revision = ?", .integer(revision))
        try database.run(
            """
            DELETE FROM log WHERE revision <= ? AND (kind = 2 OR EXISTS
              (SELECT 1 FROM log AS newer WHERE newer.key = log.key AND newer.revision > log.revision AND newer.revision <= ?))
            """, .integer(revision), .integer(revision))
    }
}
