import CLinux
import Glibc

/// A process for good: pids are reused, a pid with its start time on one boot is not.
package struct ProcessIdentity: Hashable, Sendable {
    package var pid: Int32
    /// In clock ticks since boot, as `/proc/PID/stat` tells it.
    package var startTicks: UInt64

    package init(pid: Int32, startTicks: UInt64) {
        self.pid = pid
        self.startTicks = startTicks
    }

    /// The process that has a pid now; nil where none has.
    package init?(of pid: Int32) {
        guard let stat = ProcessIdentity.stat(pid), stat.state != "Z", stat.state != "X" else { return nil }
        self.init(pid: pid, startTicks: stat.startTicks)
    }

    /// Whether this very process still runs.
    package var isAlive: Bool { ProcessIdentity(of: pid) == self }

    /// A handle on the process that becomes readable when it ends; nil where it has.
    package func handle() throws(LinuxError) -> Descriptor? {
        let raw = clinux_pidfd_open(pid)
        if raw < 0, errno == ESRCH { return nil }
        let handle = try Descriptor(taking: raw, from: "pidfd_open", on: "\(pid)")
        if isAlive { return handle }
        return nil
    }

    private static func stat(_ pid: Int32) -> (state: Character, startTicks: UInt64)? {
        // No such file is the usual answer for a process that has ended.
        guard let text = try? FileSystem.readText("/proc/\(pid)/stat"), let end = text.lastIndex(of: ")") else {
            return nil
        }
        // Field 3 is the first after the name in parentheses; 22 is the start time.
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let state = fields[0].first, let ticks = UInt64(fields[19]) else { return nil }
        return (state, ticks)
    }
}
