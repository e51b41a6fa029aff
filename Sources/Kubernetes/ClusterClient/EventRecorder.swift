import JSON
package import Logging
package import Objects
import Synchronization

/// Writes Events; one that repeats is counted instead of written again.
package final class EventRecorder: Sendable {
    private struct Key: Hashable {
        var uid: String
        var reason: String
        var message: String
    }

    private struct Series {
        var name: String
        var namespace: String
        var count: Int
        var written: Timestamp
    }

    private let client: ClusterClient
    private let component: String
    private let host: String
    private let now: @Sendable () -> Timestamp
    private let logger: Logger
    private let series = Mutex<[Key: Series]>([:])
    private let outbox = Mutex<[EventNote]>([])
    private let wakeup = Wakeup()
    private let maximumOutbox = 1000
    private let maximumSeries = 1024
    /// A repetition within so many seconds of the last write waits to be counted.
    private let quietSeconds = 10

    /// - Parameter component: who says so, such as `default-scheduler`.
    package init(
        client: ClusterClient, component: String, host: String = "", logger: Logger,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.client = client
        self.component = component
        self.host = host
        self.logger = logger
        self.now = now
    }

    /// Has it written by `run`, soon; where too much waits, it is dropped.
    package func post(_ note: EventNote) {
        outbox.withLock { if $0.count < maximumOutbox { $0.append(note) } }
        wakeup.set()
    }

    /// Writes what was posted, until the task is cancelled.
    package func run() async throws {
        while true {
            try await wakeup.wait()
            let notes = outbox.withLock { outbox in
                defer { outbox = [] }
                return outbox
            }
            for note in notes { try await record(note) }
        }
    }

    /// That an event could not be written is logged and does not stop anybody.
    private func record(_ note: EventNote) async throws {
        let key = Key(uid: note.about.uid, reason: note.reason, message: note.message)
        let time = now()
        let known = series.withLock { series -> (series: Series, isDue: Bool)? in
            guard var one = series[key] else { return nil }
            one.count += 1
            let isDue = abs(time.seconds - one.written.seconds) >= quietSeconds
            if isDue { one.written = time }
            series[key] = one
            return (one, isDue)
        }
        do {
            if let known {
                guard known.isDue else { return }
                _ = try await client.patch(
                    .events, namespace: known.series.namespace, name: known.series.name, as: .merge,
                    ["count": JSON(known.series.count), "lastTimestamp": JSON(time.text)])
            } else {
                try await create(note, key: key, at: time)
            }
        } catch let error as ClientError {
            if error.isNotFound { series.withLock { $0[key] = nil } }
            logger.debug("event not written", metadata: ["reason": "\(note.reason)", "error": "\(error)"])
        }
    }

    private func create(_ note: EventNote, key: Key, at time: Timestamp) async throws {
        let namespace = note.about.namespace.isEmpty ? "default" : note.about.namespace
        let name = note.about.name + "." + String(UInt64.random(in: 0...UInt64.max), radix: 16)
        var source: JSON = ["component": JSON(component)]
        if !host.isEmpty { source["host"] = JSON(host) }
        let event: JSON = [
            "apiVersion": "v1", "kind": "Event",
            "metadata": ["name": JSON(name), "namespace": JSON(namespace)],
            "involvedObject": [
                "apiVersion": JSON(note.about.apiVersion), "kind": JSON(note.about.kind), "name": JSON(note.about.name),
                "namespace": JSON(note.about.namespace), "uid": JSON(note.about.uid),
            ],
            "reason": JSON(note.reason), "message": JSON(String(note.message.prefix(1024))), "source": source,
            "firstTimestamp": JSON(time.text), "lastTimestamp": JSON(time.text), "count": 1,
            "type": note.isWarning ? "Warning" : "Normal", "eventTime": nil,
            "reportingComponent": JSON(component), "reportingInstance": JSON(host),
        ]
        _ = try await client.create(.events, namespace: namespace, event)
        series.withLock { series in
            if series.count >= maximumSeries, let oldest = series.min(by: { $0.value.written < $1.value.written }) {
                series[oldest.key] = nil
            }
            series[key] = Series(name: name, namespace: namespace, count: 1, written: time)
        }
    }
}
