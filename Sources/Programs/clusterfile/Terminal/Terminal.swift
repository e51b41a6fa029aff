import Diagnostics
import Glibc

/// The two streams of a command: data to stdout, everything else to stderr.
enum Terminal {
    static func output(_ text: String) {
        LiveDisplay.shared.write(text.hasSuffix("\n") ? text : text + "\n", to: STDOUT_FILENO)
    }

    static func error(_ text: String) { LiveDisplay.shared.write(text + "\n", to: STDERR_FILENO) }

    static func report(_ failure: any Error) {
        for diagnosis in Diagnoses(of: failure).all { error(diagnosis.rendered) }
    }

    /// Asks a yes-or-no question on the terminal; without one, and where the command is interrupted, the answer is no.
    static func confirms(_ question: String) -> Bool {
        guard isatty(STDIN_FILENO) == 1 else { return false }
        LiveDisplay.shared.write(question + " [y/N] ", to: STDERR_FILENO)
        return awaitsInput() && ["y", "yes"].contains(readLine()?.lowercased())
    }

    /// Shows a text, and gives the line that is typed at it where one is wanted; nil without a terminal, and where the command is
    /// interrupted.
    static func line(_ text: String, echoes: Bool, awaitsLine: Bool) -> String? {
        error(text)
        guard awaitsLine, isatty(STDIN_FILENO) == 1 else { return nil }
        var former = termios()
        tcgetattr(STDIN_FILENO, &former)
        defer { tcsetattr(STDIN_FILENO, TCSADRAIN, &former) }
        if !echoes {
            var silent = former
            silent.c_lflag &= ~tcflag_t(ECHO)
            tcsetattr(STDIN_FILENO, TCSADRAIN, &silent)
        }
        return awaitsInput() ? readLine() : nil
    }

    /// Whether a line comes before the command is interrupted.
    private static func awaitsInput() -> Bool {
        var request = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        // Looked at in turns: a cancellation wakes no poll.
        while poll(&request, 1, 100) <= 0 { if Task.isCancelled { return false } }
        return true
    }

    /// Asks for a word on the terminal that is not shown.
    static func secret(_ question: String) throws -> String {
        guard let word = getpass(question) else {
            throw Diagnosis("nobody can be asked for it", why: "there is no terminal", fix: "give it in a file")
        }
        return String(cString: word)
    }

    /// Whether colours are wanted there: it is a terminal, and nobody asked for none (https://no-color.org).
    static func hasColours(_ descriptor: Int32) -> Bool {
        isatty(descriptor) == 1 && (Workplace.environment["NO_COLOR"] ?? "").isEmpty
    }

    /// Lets another program take this one's place; what comes back is why it could not.
    static func replaceProcess(_ arguments: [String], package: String) -> Diagnosis {
        var argv = arguments.map { strdup($0) } + [nil]
        // This thread of the cooperative pool blocks all signals, and the next program would for its whole life: Control-C and
        // a change of the window's size would not reach it.
        signal(SIGPIPE, SIG_DFL)
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        execvp(arguments[0], &argv)
        return Diagnosis(
            "cannot start \(arguments[0])", why: String(cString: strerror(errno)), fix: "apt-get install \(package)")
    }

    /// All that this process is given on its standard input.
    static func input() throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                throw Diagnosis("cannot read the standard input", why: String(cString: strerror(errno)))
            }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    /// Writes all of the bytes; a reader that has gone away is nobody's failure.
    static func write(bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
