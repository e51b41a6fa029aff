import JSON
import Objects
import Testing

@Suite struct WatchStreamTests {
    private func summary(_ events: [JSON]) -> [String] {
        events.map { "\($0["type"]?.string ?? "") \($0[path: "object", "metadata", "name"]?.string ?? "")" }
    }

    @Test func `Without a version a watch begins with what is there`() async throws {
        try await TestAPI.run { api in
            _ = try await api.send("POST", Sample.maps, Sample.map("a"))
            _ = try await api.send("POST", Sample.maps, Sample.map("b"))
            #expect(summary(try await api.events(Sample.maps + "?watch=true", 2)) == ["ADDED a", "ADDED b"])
        }
    }

    @Test func `After a list a watch tells what happened since, with the versions of the events`() async throws {
        try await TestAPI.run { api in
            let version = try await api.send("GET", Sample.maps).version
            let made = try await api.send("POST", Sample.maps, Sample.map("a"))
            _ = try await api.send(
                "PATCH", Sample.maps + "/a", ["data": ["x": "1"]], type: "application/merge-patch+json")
            _ = try await api.send("DELETE", Sample.maps + "/a")
            let events = try await api.events(Sample.maps + "?watch=1&resourceVersion=\(version)", 3)
            #expect(summary(events) == ["ADDED a", "MODIFIED a", "DELETED a"])
            let versions = events.compactMap { $0[path: "object", "metadata", "resourceVersion"]?.string }
            #expect(versions == (0..<3).map { String((Int(made.version) ?? 0) + $0) })
        }
    }

    @Test func `Entering a selection is ADDED, leaving it DELETED`() async throws {
        try await TestAPI.run { api in
            let version = try await api.send("GET", Sample.maps).version
            _ = try await api.send("POST", Sample.maps, Sample.map("a"))
            for colour in ["red", "blue", "red"] {
                let patch: JSON = ["metadata": ["labels": ["c": .string(colour)]]]
                _ = try await api.send("PATCH", Sample.maps + "/a", patch, type: "application/merge-patch+json")
            }
            let last = try await api.send("DELETE", Sample.maps + "/a")
            #expect(last.status == 200)
            let events = try await api.events(
                Sample.maps + "?watch=1&labelSelector=c=red&resourceVersion=\(version)", 4)
            #expect(summary(events) == ["ADDED a", "DELETED a", "ADDED a", "DELETED a"])
            #expect(events[1][path: "object", "metadata", "labels", "c"] == "red")
        }
    }

    @Test func `A pod enters its node's watch when it is bound`() async throws {
        try await TestAPI.run { api in
            let node = api.asking(as: "system:node:n1", "system:nodes")
            let version = try await api.send("GET", Sample.pods).version
            _ = try await api.send("POST", Sample.pods, Sample.pod("web"))
            let binding: JSON = ["target": ["kind": "Node", "name": "n1"]]
            #expect(try await api.send("POST", Sample.pods + "/web/binding", binding).status == 201)
            #expect(try await api.send("POST", Sample.pods + "/web/binding", binding).status == 409)
            let path = "/api/v1/pods?watch=1&fieldSelector=spec.nodeName=n1&resourceVersion=\(version)"
            let events = try await node.events(path, 1)
            #expect(summary(events) == ["ADDED web"])
            #expect(events[0][path: "object", "status", "conditions"]?[0]?["type"] == "PodScheduled")
            let other = await node.response("GET", "/api/v1/pods?watch=1&fieldSelector=spec.nodeName=n2")
            #expect(other.status == 403)
        }
    }

    @Test func `Whoever asks for initial events is told when they end`() async throws {
        try await TestAPI.run { api in
            _ = try await api.send("POST", Sample.maps, Sample.map("a"))
            let events = try await api.events(
                Sample.maps
                    + "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true", 2)
            #expect(events.map { $0["type"] } == ["ADDED", "BOOKMARK"])
            #expect(events[1][path: "object", "metadata", "annotations", "k8s.io/initial-events-end"] == "true")
        }
    }

    @Test func `Tables may be watched`() async throws {
        try await TestAPI.run { api in
            _ = try await api.send("POST", Sample.pods, Sample.pod("web"))
            let events = try await api.events(
                Sample.pods + "?watch=1", 1, accept: "application/json;as=Table;v=v1;g=meta.k8s.io")
            #expect(events[0][path: "object", "kind"] == "Table")
        }
    }
}
