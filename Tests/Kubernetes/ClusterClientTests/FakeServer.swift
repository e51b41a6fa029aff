import ClusterClient
import JSON
import Objects
import Synchronization

/// A server in memory: answers lists from a table and lets the test drive watches by hand.
final class FakeServer: Sendable {
    struct State {
        var objects: [String: JSON] = [:]
        var version = 0
        var requests: [String] = []
        var watches: [AsyncThrowingStream<[UInt8], any Error>.Continuation] = []
        /// What the next requests get instead of an answer.
        var failures: [(path: String, error: ClientError)] = []
    }

    let state = Mutex(State())
    /// Set at every request.
    let asked = Wakeup()

    var transport: InProcessTransport {
        InProcessTransport { request in try self.respond(request) }
    }

    func put(_ name: String, _ label: String = "") {
        state.withLock { state in
            state.version += 1
            state.objects[name] = Self.object(name, label, state.version)
        }
    }

    static func object(_ name: String, _ label: String, _ version: Int) -> JSON {
        [
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": [
                "name": JSON(name), "namespace": "default", "uid": JSON("uid-" + name),
                "resourceVersion": JSON(String(version)), "labels": ["l": JSON(label)],
            ],
        ]
    }

    /// Changes an object and tells the open watches.
    func change(_ type: String, _ name: String, _ label: String = "") {
        let (object, watches) = state.withLock { state in
            state.version += 1
            let object = Self.object(name, label, state.version)
            state.objects[name] = type == "DELETED" ? nil : object
            return (object, state.watches)
        }
        send(["type": JSON(type), "object": object], to: watches)
    }

    func sendExpired() {
        let status: JSON = ["kind": "Status", "code": 410, "reason": "Expired", "message": "too old"]
        send(["type": "ERROR", "object": status], to: state.withLock(\.watches))
    }

    private func send(_ event: JSON, to watches: [AsyncThrowingStream<[UInt8], any Error>.Continuation]) {
        let bytes = event.bytes + [0x0A]
        for watch in watches {  // in two pieces, so that borders of chunks do not matter
            watch.yield(Array(bytes.prefix(7)))
            watch.yield(Array(bytes.dropFirst(7)))
        }
    }

    /// Ends all watches, as a server that is restarted does.
    func breakWatches(_ error: (any Error)? = nil) {
        let watches = state.withLock { state in
            defer { state.watches = [] }
            return state.watches
        }
        for watch in watches { watch.finish(throwing: error) }
    }

    private func respond(_ request: ClientRequest) throws -> ClientResponse {
        let query = request.query.filter { ["resourceVersion", "watch"].contains($0.name) }
        let line = request.method + " " + request.path + query.map { " \($0.name)=\($0.value)" }.joined()
        defer { asked.set() }
        return try state.withLock { state in
            state.requests.append(line)
            if let index = state.failures.firstIndex(where: { request.path.hasSuffix($0.path) }) {
                throw state.failures.remove(at: index).error
            }
            if request.isStream {
                let (stream, continuation) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
                state.watches.append(continuation)
                return ClientResponse(status: 200, body: stream)
            }
            let list: JSON = [
                "kind": "List", "metadata": ["resourceVersion": JSON(String(state.version))],
                "items": .array(state.objects.values.sorted { $0.meta.name < $1.meta.name }),
            ]
            return ClientResponse(status: 200, body: WholeBody(list.bytes))
        }
    }
}
