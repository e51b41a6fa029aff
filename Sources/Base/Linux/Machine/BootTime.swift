import Glibc

/// Moments on a clock that nobody sets: it counts from the machine's boot, also while it sleeps.
package struct BootTime: Hashable, Sendable, Comparable {
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// The machine's clock now.
    package static func now() -> BootTime {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return BootTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    package static func < (left: BootTime, right: BootTime) -> Bool { left.nanoseconds < right.nanoseconds }

    /// A moment so many seconds later.
    package func advanced(bySeconds seconds: Int) -> BootTime {
        BootTime(nanoseconds: nanoseconds + Int64(seconds) * 1_000_000_000)
    }

    /// Whole milliseconds until a later moment, rounded up; 0 where it has passed.
    package func milliseconds(until later: BootTime) -> Int {
        max(0, Int((later.nanoseconds - nanoseconds + 999_999) / 1_000_000))
    }
}
