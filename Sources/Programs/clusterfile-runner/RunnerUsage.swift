internal import Glibc

/// The ends of the program.
enum RunnerUsage {
    static func fail(_ message: String) -> Never {
        _ = (message + "\n").withCString { write(2, $0, strlen($0)) }
        exit(64)
    }

    static func end(_ status: Int32) -> Never { exit(status) }
}
