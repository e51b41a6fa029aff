import CLinux
import Glibc

/// Signals as something to read instead of something that interrupts (signalfd(2)).
package struct SignalQueue: ~Copyable, Sendable {
    /// Readable while a signal waits.
    package let descriptor: Descriptor

    /// Blocks the signals for the calling thread, so this belongs where a program has no other yet.
    package init(_ signals: [Int32]) throws(LinuxError) {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        if sigprocmask(SIG_BLOCK, &set, nil) < 0 { throw .last("sigprocmask", "") }
        descriptor = try Descriptor(taking: clinux_signalfd(&set), from: "signalfd", on: "")
    }

    /// The signals that wait, each kind once.
    package func next() -> [Int32] {
        var signals: [Int32] = []
        var information = signalfd_siginfo()
        while read(descriptor.raw, &information, MemoryLayout<signalfd_siginfo>.size) > 0 {
            signals.append(Int32(information.ssi_signo))
        }
        return signals
    }
}

/// How a process ended, as wait(2) tells it.
package struct WaitStatus: Hashable, Sendable {
    /// The exit code, or 128 + the signal's number, as shells count.
    package var code: Int32
    package var signal: Int32?

    package init(_ status: Int32) {
        if clinux_signaled(status) {
            signal = clinux_signal(status)
            code = 128 + clinux_signal(status)
        } else {
            code = clinux_exit_code(status)
        }
    }
}
