import CLinux
import Glibc

/// Tells the service manager how a service is doing: sd_notify(3)'s protocol.
package struct ServiceNotification: Sendable {
    private let socketPath: String?
    /// How often the manager wants to hear `WATCHDOG=1`, in microseconds; nil where it does not watch.
    package let watchdogMicroseconds: UInt64?

    /// Reads `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`.
    package init(environment: (String) -> String? = { getenv($0).map { String(cString: $0) } }) {
        socketPath = environment("NOTIFY_SOCKET")
        let isOurs = environment("WATCHDOG_PID").map { $0 == "\(getpid())" } ?? true
        watchdogMicroseconds = isOurs ? environment("WATCHDOG_USEC").flatMap(UInt64.init) : nil
    }

    /// The service can do its work.
    package func ready(status: String = "") throws(LinuxError) {
        try send(status.isEmpty ? "READY=1" : "READY=1\nSTATUS=\(status)")
    }

    /// One line for `systemctl status`.
    package func status(_ text: String) throws(LinuxError) { try send("STATUS=\(text)") }

    /// The service still makes progress.
    package func watchdog() throws(LinuxError) { try send("WATCHDOG=1") }

    /// The service is about to end.
    package func stopping() throws(LinuxError) { try send("STOPPING=1") }

    private func send(_ text: String) throws(LinuxError) {
        guard let socketPath else { return }
        let socket = try Descriptor(
            taking: clinux_unix_connect(socketPath, Int32(SOCK_DGRAM.rawValue)), from: "connect", on: socketPath)
        try socket.write(text.utf8, subject: socketPath)
    }
}
