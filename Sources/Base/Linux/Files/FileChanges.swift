import CLinux
import Dispatch
import Glibc
import Synchronization

/// Tells that files in folders changed: inotify as a stream. Events say only "look again", and may be merged.
package final class FileChanges: Sendable {
    /// Yields after each change; ends with `stop`.
    package let stream: AsyncStream<Void>
    // A dispatch source may be used from any thread; it is only ever cancelled here.
    private nonisolated(unsafe) let source: any DispatchSourceRead
    private let continuation: AsyncStream<Void>.Continuation

    /// Watches folders for files that are written, made, renamed or removed in them.
    package init(folders: [String]) throws(LinuxError) {
        let descriptor = try Descriptor(
            taking: inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK)), from: "inotify_init", on: "")
        for folder in folders {
            let mask = UInt32(IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB)
            if inotify_add_watch(descriptor.raw, folder, mask) < 0 { throw .last("inotify_add_watch", folder) }
        }
        let raw = descriptor.release()
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let source = DispatchSource.makeReadSource(fileDescriptor: raw, queue: .global())
        source.setEventHandler {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while read(raw, &buffer, buffer.count) > 0 {}
            continuation.yield()
        }
        source.setCancelHandler { close(raw) }
        source.activate()
        self.stream = stream
        self.source = source
        self.continuation = continuation
    }

    /// Waits for the next change, for a consumer that does other things in between; returns at once when cancelled.
    package func waitForOne() async {
        for await _ in stream { return }
    }

    /// Yields although nothing changed.
    package func wake() { continuation.yield() }

    /// Ends the stream and the watch.
    package func stop() {
        source.cancel()
        continuation.finish()
    }

    deinit { stop() }
}
