import JSON
import Synchronization
import Testing

@testable import ClusterClient

@Suite struct ClientTests {
    @Test func pathsFollowGroupsAndNamespaces() {
        #expect(
            ResourceType.pods.path(namespace: "d", name: "p", subresource: "status")
                == "/api/v1/namespaces/d/pods/p/status")
        #expect(ResourceType.pods.path() == "/api/v1/pods")
        #expect(ResourceType.nodes.path(namespace: "d", name: "n") == "/api/v1/nodes/n")
        #expect(ResourceType.leases.path(namespace: "d") == "/apis/coordination.k8s.io/v1/namespaces/d/leases")
    }

    @Test func targetsArePercentEncoded() {
        let request = ClientRequest(
            method: "GET", path: "/api/v1/pods",
            query: [("fieldSelector", "spec.nodeName=a b"), ("labelSelector", "x in (y,z)")])
        #expect(
            PercentEncoding.target(request)
                == "/api/v1/pods?fieldSelector=spec.nodeName%3Da%20b&labelSelector=x%20in%20%28y,z%29")
    }

    @Test(arguments: [
        ("https://10.0.0.1:6443", "10.0.0.1", 6443), ("https://master/", "master", 443), ("https://[::1]:1", "::1", 1),
    ])
    func serversAreRead(text: String, host: String, port: Int) throws {
        let (readHost, readPort) = try ServerAccess.parse(text)
        #expect(readHost == host)
        #expect(readPort == port)
    }

    @Test(arguments: ["http://a:1", "https://", "https://a:x", "https://a/b", "https://a:0"])
    func otherAddressesAreRefused(text: String) {
        #expect(throws: ClientError.invalidServerURL(text)) { try ServerAccess.parse(text) }
    }

    @Test func refusalsCarryTheStatus() async throws {
        let status: JSON = ["kind": "Status", "code": 409, "reason": "Conflict", "message": "changed"]
        let client = ClusterClient(
            transport: InProcessTransport { _ in ClientResponse(status: 409, body: WholeBody(status.bytes)) })
        await #expect(throws: ClientError.refused(APIStatus(code: 409, reason: "Conflict", message: "changed"))) {
            try await client.get(.pods, namespace: "d", name: "p")
        }
    }

    @Test func listsFollowContinueTokens() async throws {
        let client = ClusterClient(
            transport: InProcessTransport { request in
                let token = request.query.first { $0.name == "continue" }?.value
                let page: JSON = [
                    "metadata": ["resourceVersion": "7", "continue": token == nil ? "next" : ""],
                    "items": [["metadata": ["name": JSON(token ?? "first")]]],
                ]
                return ClientResponse(status: 200, body: WholeBody(page.bytes))
            })
        let list = try await client.list(.pods, pageSize: 1)
        #expect(list.items.map { $0[path: "metadata", "name"] } == ["first", "next"])
        #expect(list.items.map { $0["kind"] } == ["Pod", "Pod"])
        #expect(list.resourceVersion == "7")
    }

    @Test func backoffDoublesUpToItsBoundAndStartsOver() {
        var backoff = Backoff(first: .milliseconds(100), longest: .milliseconds(350))
        #expect((0..<4).map { _ in backoff.next(random: 0) } == [50, 100, 175, 175].map { .milliseconds($0) })
        backoff.reset()
        #expect(backoff.next(random: 0) == .milliseconds(50))
    }

    @Test func linesAreCutWhateverTheChunks() {
        var splitter = LineSplitter()
        let chunks = ["ab", "c\nd", "\n\ne"].map { Array($0.utf8) }
        #expect(
            chunks.flatMap { splitter.lines(adding: $0) }.map { String(decoding: $0, as: UTF8.self) } == ["abc", "d"])
    }
}
