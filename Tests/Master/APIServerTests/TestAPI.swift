import APIServer
import Access
import FoundationEssentials
import HTTPServing
import JSON
import Objects
import StateStore

/// An API server over a store of its own, asked without a socket, with a clock that stands still.
struct TestAPI: Sendable {
    static let now = Timestamp(seconds: 1_800_000_000)

    let server: APIServer
    var identity = Identity(name: "admin", groups: ["system:masters"])

    /// Runs a body with a fresh server, and takes its store away afterwards.
    static func run(_ body: (TestAPI) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("api-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let store = try StateStore(path: folder.appendingPathComponent("state.db").path)
        let server = APIServer(store: store, now: { now }) { address, path, _ in
            HTTPResponse(
                status: 200, headers: [("content-type", "text/plain")], body: .bytes(Array("\(address)\(path)".utf8)))
        }
        try await server.bootstrap()
        do {
            try await body(TestAPI(server: server))
        } catch {
            await store.close()
            try? FileManager.default.removeItem(at: folder)  // the first error is the one that tells
            throw error
        }
        await store.close()
        try FileManager.default.removeItem(at: folder)
    }

    /// The same server, asked by somebody else.
    func asking(as name: String, _ groups: String...) -> TestAPI {
        TestAPI(server: server, identity: Identity(name: name, groups: groups))
    }

    /// Sends a request and reads the answer as JSON; a path may carry a query.
    func send(
        _ method: String, _ target: String, _ body: JSON? = nil, type: String = "application/json", accept: String = ""
    ) async throws -> Answer {
        let response = await response(method, target, body, type: type, accept: accept)
        guard case .bytes(let bytes) = response.body else {
            return Answer(status: response.status, json: .null, text: "")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let warnings = response.headers.filter { $0.name == "warning" }.map(\.value)
        return Answer(
            status: response.status, json: (try? JSON(parsing: bytes)) ?? .null, text: text, warnings: warnings)
    }

    func response(
        _ method: String, _ target: String, _ body: JSON? = nil, type: String = "application/json", accept: String = ""
    ) async -> HTTPResponse {
        let halves = target.split(separator: "?", maxSplits: 1)
        let query = halves.dropFirst().flatMap { $0.split(separator: "&") }.map { pair in
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: String(sides[0]), value: sides.count > 1 ? String(sides[1]) : "")
        }
        return await server.respond(
            to: APIRequest(
                method: method, path: String(halves[0]), query: query,
                headers: [("content-type", type), ("accept", accept)],
                body: body?.bytes ?? [], identity: identity))
    }

    /// The first events of a watch.
    func events(_ target: String, _ count: Int, accept: String = "") async throws -> [JSON] {
        let response = await response("GET", target, accept: accept)
        guard case .stream(let stream) = response.body else { return [] }
        return try await Self.events(of: stream, count)
    }

    private static func events(
        of stream: any AsyncSequence<[UInt8], any Error> & Sendable, _ count: Int
    ) async throws -> [JSON] {
        var events: [JSON] = []
        for try await chunk in stream {
            events += try chunk.split(separator: 0x0A).map { try JSON(parsing: $0) }
            if events.count >= count { break }
        }
        return events
    }
}

/// What came back.
struct Answer: Sendable {
    var status: Int
    var json: JSON
    var text: String
    var warnings: [String] = []

    var name: String { json[path: "metadata", "name"]?.string ?? "" }
    var version: String { json[path: "metadata", "resourceVersion"]?.string ?? "" }
    var message: String { json["message"]?.string ?? "" }
    var items: [JSON] { json["items"]?.array ?? [] }
    var itemNames: [String] { items.compactMap { $0[path: "metadata", "name"]?.string } }
}

/// Objects that tests write.
enum Sample {
    static let maps = "/api/v1/namespaces/default/configmaps"
    static let pods = "/api/v1/namespaces/default/pods"
    static let deployments = "/apis/apps/v1/namespaces/default/deployments"

    static func map(_ name: String, _ data: JSON = [:], labels: JSON = [:]) -> JSON {
        ["metadata": ["name": .string(name), "labels": labels], "data": data]
    }

    static func pod(_ name: String, node: String? = nil) -> JSON {
        var pod: JSON = [
            "metadata": ["name": .string(name)], "spec": ["containers": [["name": "c", "image": "busybox:1"]]],
        ]
        if let node { pod.edit("spec") { $0["nodeName"] = .string(node) } }
        return pod
    }

    static func deployment(_ name: String, replicas: Int = 3) -> JSON {
        [
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": .string(name)],
            "spec": [
                "replicas": JSON(replicas), "selector": ["matchLabels": ["app": .string(name)]],
                "template": [
                    "metadata": ["labels": ["app": .string(name)]],
                    "spec": ["containers": [["name": "c", "image": "busybox:1"]]],
                ],
            ],
        ]
    }
}
