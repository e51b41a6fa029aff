/// Signals by the names that image configurations use (signal(7), numbers of x86 and ARM).
enum SignalName {
    static let terminate: Int32 = 15

    private static let names = [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
        "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
        "WINCH", "IO", "PWR", "SYS",
    ]

    /// Reads `SIGTERM`, `TERM`, `15`, or a real-time signal such as `SIGRTMIN+3`.
    static func number(_ text: String) -> Int32? {
        if let number = Int32(text) { return (1...64).contains(number) ? number : nil }
        let upper = text.uppercased()
        let bare = upper.hasPrefix("SIG") ? String(upper.dropFirst(3)) : upper
        if let index = names.firstIndex(of: bare) { return Int32(index + 1) }
        // The C library keeps the first two real-time signals to itself.
        if bare.hasPrefix("RTMIN"), let offset = Int32(bare.dropFirst(5).isEmpty ? "0" : String(bare.dropFirst(5))),
            (0...30).contains(offset)
        {
            return 34 + offset
        }
        return nil
    }
}
