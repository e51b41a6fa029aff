import Glibc

/// The process's error stream, for programs too small for a logger.
package enum StandardError {
    /// Writes one line; where nobody listens it is lost.
    package static func write(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = Glibc.write(2, bytes, bytes.count)
    }
}
