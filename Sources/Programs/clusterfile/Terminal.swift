import Diagnostics
import Glibc

/// The two streams of a command: data to stdout, everything else to stderr.
enum Terminal {
    static func output(_ text: String) { write(text.hasSuffix("\n") ? text : text + "\n", to: STDOUT_FILENO) }

    static func error(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

    static func report(_ failure: any Error) {
        for diagnosis in Diagnoses(of: failure).all { error(diagnosis.rendered) }
    }

    /// Asks a yes-or-no question on the terminal; without one the answer is no.
    static func confirms(_ question: String) -> Bool {
        guard isatty(STDIN_FILENO) == 1 else { return false }
        write(question + " [y/N] ", to: STDERR_FILENO)
        return ["y", "yes"].contains(readLine()?.lowercased())
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }  // the reader has gone away
            rest.removeFirst(count)
        }
    }
}
