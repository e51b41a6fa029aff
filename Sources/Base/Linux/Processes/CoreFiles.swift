internal import CLinux

/// What the kernel writes of a process that crashes.
package enum CoreFiles {
    /// Lets it write nothing of this process, whose memory holds secrets (prctl(2), PR_SET_DUMPABLE). Programs that it starts
    /// are as they always were.
    package static func preventOwn() {
        // It fails for no value that is 0 or 1.
        _ = clinux_set_dumpable(false)
    }
}
