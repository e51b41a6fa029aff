import Dispatch
import Glibc
import Linux

/// Notices the end of a supervisor, whoever's child it is.
final class SupervisorWatch: Sendable {
    // A dispatch source may be used from any thread; it is only ever cancelled here.
    private nonisolated(unsafe) let source: (any DispatchSourceRead)?

    /// Calls back once, on a thread of its own; at once where the process has ended already.
    init(_ process: ProcessIdentity, _ ended: @escaping @Sendable () -> Void) throws(LinuxError) {
        guard let handle = try process.handle() else {
            source = nil
            ended()
            return
        }
        let raw = handle.release()
        let source = DispatchSource.makeReadSource(fileDescriptor: raw, queue: .global())
        source.setEventHandler {
            source.cancel()
            ended()
        }
        source.setCancelHandler { close(raw) }
        source.activate()
        self.source = source
    }

    deinit { source?.cancel() }
}
