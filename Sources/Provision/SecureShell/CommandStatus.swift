/// How a command on a machine ended.
package enum CommandStatus: Hashable, Sendable {
    case exited(code: Int32)
    /// Ended by a signal, named without `SIG`, as SSH does it (RFC 4254, section 6.10).
    case signalled(name: String)

    /// The number that a shell would show: a signal's is 128 more than its own.
    package var code: Int32 {
        switch self {
        case .exited(let code): code
        case .signalled(let name): 128 + (Self.signals[name] ?? 127)
        }
    }

    private static let signals: [String: Int32] = [
        "HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "ABRT": 6, "FPE": 8, "KILL": 9, "USR1": 10, "SEGV": 11, "USR2": 12,
        "PIPE": 13, "ALRM": 14, "TERM": 15,
    ]
}
