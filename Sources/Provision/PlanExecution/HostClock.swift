import Glibc

/// This host's time as `date` reads it.
enum HostClock {
    /// Seconds since 1970 with nanoseconds, as of now.
    static var text: String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let fraction = String(now.tv_nsec)
        return "\(now.tv_sec)." + String(repeating: "0", count: 9 - fraction.utf8.count) + fraction
    }
}
