#ifndef CSQLITE_SHIM_H
#define CSQLITE_SHIM_H

#include <sqlite3.h>

/// Binds text with a copy of SQLite's own.
static inline int csqlite_bind_text_copied(sqlite3_stmt *statement, int at, const char *text, int count) {
    return sqlite3_bind_text(statement, at, text, count, SQLITE_TRANSIENT);
}

/// Binds bytes with a copy of SQLite's own; none are an empty value, not NULL.
static inline int csqlite_bind_blob_copied(sqlite3_stmt *statement, int at, const void *bytes, int count) {
    return sqlite3_bind_blob(statement, at, bytes ? bytes : "", count, SQLITE_TRANSIENT);
}

#endif
