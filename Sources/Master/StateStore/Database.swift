internal import CSQLite

/// One connection to SQLite, used by one thread at a time; owns its handle and its prepared statements.
final class Database {
    private let handle: OpaquePointer
    private var statements: [String: OpaquePointer] = [:]

    init(path: String) throws(StoreError) {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        let code = sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let opened else {
            let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(opened)
            throw StoreError.database(doing: "opening \(path)", code: code, message: message)
        }
        handle = opened
        sqlite3_busy_timeout(handle, 10_000)
        try set("journal_mode", "WAL", reads: "wal")
        try set("synchronous", "FULL", reads: "2")
        try set("cache_size", "-2000", reads: "-2000")
        try set("journal_size_limit", "8388608", reads: "8388608")
    }

    deinit {
        for statement in statements.values { sqlite3_finalize(statement) }
        sqlite3_close_v2(handle)
    }

    private func set(_ name: String, _ value: String, reads wanted: String) throws(StoreError) {
        try run("PRAGMA \(name)=\(value)")
        let found = try query("PRAGMA \(name)") { $0.text(0) }.first ?? "nothing"
        guard found == wanted else { throw StoreError.setting(name: name, wanted: value, found: found) }
    }

    /// Runs one statement to its end.
    func run(_ sql: String, _ values: SQLValue...) throws(StoreError) {
        _ = try rows(sql, values) { _ in () }
    }

    /// Runs one statement and reads each of its rows.
    func query<Value>(_ sql: String, _ values: SQLValue..., read: (Row) -> Value) throws(StoreError) -> [Value] {
        try rows(sql, values, read: read)
    }

    private func rows<Value>(_ sql: String, _ values: [SQLValue], read: (Row) -> Value) throws(StoreError) -> [Value] {
        let statement = try prepared(sql)
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        for (position, value) in values.enumerated() {
            try check(value.bind(to: statement, at: Int32(position + 1)), sql)
        }
        var found: [Value] = []
        while true {
            let code = sqlite3_step(statement)
            if code == SQLITE_DONE { return found }
            guard code == SQLITE_ROW else { throw failure(code, sql) }
            found.append(read(Row(statement: statement)))
        }
    }

    private func prepared(_ sql: String) throws(StoreError) -> OpaquePointer {
        if let statement = statements[sql] { return statement }
        var statement: OpaquePointer?
        try check(sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil), sql)
        guard let statement else { throw failure(SQLITE_MISUSE, sql) }
        statements[sql] = statement
        return statement
    }

    private func check(_ code: Int32, _ sql: String) throws(StoreError) {
        guard code == SQLITE_OK else { throw failure(code, sql) }
    }

    private func failure(_ code: Int32, _ sql: String) -> StoreError {
        .database(doing: sql, code: code, message: String(cString: sqlite3_errmsg(handle)))
    }
}

/// A value bound to a statement's parameter.
enum SQLValue {
    case integer(Int64)
    case text(String)
    case blob([UInt8])

    fileprivate func bind(to statement: OpaquePointer, at position: Int32) -> Int32 {
        switch self {
        case .integer(let value): sqlite3_bind_int64(statement, position, value)
        case .text(let text):
            text.utf8CString.withUnsafeBufferPointer {
                csqlite_bind_text_copied(statement, position, $0.baseAddress, Int32($0.count - 1))
            }
        case .blob(let bytes):
            bytes.withUnsafeBytes { csqlite_bind_blob_copied(statement, position, $0.baseAddress, Int32($0.count)) }
        }
    }
}

/// The row a statement stands on; valid only while it is read.
struct Row {
    fileprivate let statement: OpaquePointer

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }

    func text(_ column: Int32) -> String {
        guard let text = sqlite3_column_text(statement, column) else { return "" }
        return String(cString: text)
    }

    func blob(_ column: Int32) -> [UInt8] {
        let count = Int(sqlite3_column_bytes(statement, column))
        guard count > 0, let bytes = sqlite3_column_blob(statement, column) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))
    }
}
