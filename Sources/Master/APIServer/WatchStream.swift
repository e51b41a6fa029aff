internal import StateStore

/// The chunks of one watch's answer: whole lines, as changes come.
struct WatchStream: AsyncSequence, Sendable {
    typealias Failure = any Error

    let watch: Watch
    let events: WatchEvents
    let first: [UInt8]
    let timeoutSeconds: Int
    let bookmarkSeconds: Int?

    func makeAsyncIterator() -> Iterator { Iterator(stream: self) }

    struct Iterator: AsyncIteratorProtocol {
        private let stream: WatchStream
        private var isFirst = true
        private let alarm: Alarm

        init(stream: WatchStream) {
            self.stream = stream
            alarm = Alarm(stream.watch, every: stream.bookmarkSeconds, until: stream.timeoutSeconds)
        }

        mutating func next() async throws -> [UInt8]? {
            if isFirst {
                isFirst = false
                if !stream.first.isEmpty { return stream.first }
            }
            while true {
                guard let batch = try await stream.batch() else { return nil }
                if batch.changes.isEmpty { return stream.events.bookmark(batch.revision) }
                var lines: [UInt8] = []
                for change in batch.changes { lines += try stream.events.line(change) }
                if !lines.isEmpty { return lines }
            }
        }
    }

    /// The next changes; nil also for a watcher that was dropped: its client sees the end and lists again.
    private func batch() async throws -> Watch.Batch? {
        do {
            return try await watch.next()
        } catch {
            if error == .watcherTooSlow { return nil }
            throw error
        }
    }

    /// Nudges a watch for its bookmarks and ends it at its time; stops when the last holder lets go.
    private final class Alarm: Sendable {
        private let task: Task<Void, Never>
        private let watch: Watch

        init(_ watch: Watch, every bookmarkSeconds: Int?, until timeoutSeconds: Int) {
            self.watch = watch
            task = Task {
                var left = timeoutSeconds
                while left > 0 {
                    let pause = Swift.min(left, bookmarkSeconds ?? left)
                    do {
                        try await Task.sleep(for: .seconds(pause))
                    } catch {
                        return
                    }
                    left -= pause
                    if bookmarkSeconds != nil { watch.nudge() }
                }
                watch.close()
            }
        }

        deinit {
            task.cancel()
            watch.close()
        }
    }
}
