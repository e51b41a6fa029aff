import Glibc
import Synchronization

/// The terminal as it is while every key is for somebody else.
enum RawTerminal {
    /// As it was before; read by a signal's handler, which may take no lock, so written only before handlers are set.
    nonisolated(unsafe) private static var former = termios()

    /// Runs the body with every key passed on as it is, and puts the terminal back however that ends.
    static func using<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        tcgetattr(STDIN_FILENO, &former)
        let handlers = [SIGTERM, SIGHUP].map { ($0, signal($0, restoreAndEnd)) }
        var raw = former
        cfmakeraw(&raw)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &raw)
        defer {
            restore()
            for (number, handler) in handlers { signal(number, handler) }
        }
        return try await body()
    }

    fileprivate static func restore() { tcsetattr(STDIN_FILENO, TCSADRAIN, &former) }
}

/// Only async-signal-safe calls are made.
private func restoreAndEnd(_ number: Int32) {
    RawTerminal.restore()
    _exit(128 + number)
}
