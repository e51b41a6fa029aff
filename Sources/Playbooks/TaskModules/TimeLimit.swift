internal import Glibc

/// How long the work of the task at hand may take, where the task says so (`timeout`).
///
/// A thread does one task at a time, and so has one limit. Waits end with it, and programs; who waited looks afterwards.
enum TimeLimit {
    /// Under which a thread keeps the end, in milliseconds of the clock that is never set.
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    private static var end: Int? {
        get { pthread_getspecific(key).map { Int(bitPattern: $0) } }
        set { pthread_setspecific(key, newValue.flatMap { UnsafeRawPointer(bitPattern: $0) }) }
    }

    /// The work within so many seconds, or the error where it took longer, whatever came of it.
    static func keeping<Value>(
        _ seconds: Int?, or late: (_ seconds: Int) -> TaskFailure, _ work: () throws -> Value
    ) throws -> Value {
        guard let seconds, seconds > 0 else { return try work() }
        end = SystemCalls.monotonicMilliseconds + seconds * 1000
        defer { end = nil }
        let result = Result { try work() }
        if isOver { throw late(seconds) }
        return try result.get()
    }

    static var isKept: Bool { end != nil }
    static var isOver: Bool { isKept && milliseconds(.max) == 0 }

    /// A wait, cut short by the limit.
    static func milliseconds(_ wanted: Int) -> Int {
        guard let end else { return wanted }
        return min(wanted, max(0, end - SystemCalls.monotonicMilliseconds))
    }
}
