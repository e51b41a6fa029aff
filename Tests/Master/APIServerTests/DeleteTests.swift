import JSON
import Objects
import Testing

@Suite struct DeleteTests {
    @Test func `What nothing holds goes at once`() async throws {
        try await TestAPI.run { api in
            let made = try await api.send("POST", Sample.maps, Sample.map("m"))
            let gone = try await api.send("DELETE", Sample.maps + "/m")
            #expect(gone.json["status"] == "Success")
            #expect(gone.json[path: "details", "uid"] == made.json[path: "metadata", "uid"])
            #expect(try await api.send("GET", Sample.maps + "/m").status == 404)
            #expect(try await api.send("DELETE", Sample.maps + "/m").status == 404)
        }
    }

    @Test func `A finalizer holds an object until it is taken out, and none may be added meanwhile`() async throws {
        try await TestAPI.run { api in
            _ = try await api.send("POST", Sample.maps, ["metadata": ["name": "m", "finalizers": ["a.example/x"]]])
            let marked = try await api.send("DELETE", Sample.maps + "/m")
            #expect(marked.json[path: "metadata", "deletionTimestamp"]?.string == TestAPI.now.text)
            let type = "application/merge-patch+json"
            let more: JSON = ["metadata": ["finalizers": ["a.example/x", "b.example/y"]]]
            #expect(try await api.send("PATCH", Sample.maps + "/m", more, type: type).status == 422)
            #expect(try await api.send("DELETE", Sample.maps + "/m").version == marked.version)
            let none: JSON = ["metadata": ["finalizers": nil]]
            #expect(try await api.send("PATCH", Sample.maps + "/m", none, type: type).status == 200)
            #expect(try await api.send("GET", Sample.maps + "/m").status == 404)
        }
    }

    @Test(arguments: [("Foreground", "foregroundDeletion"), ("Orphan", "orphan")])
    func `Propagation that needs work first is kept as a finalizer`(policy: String, finalizer: String) async throws {
        try await TestAPI.run { api in
            _ = try await api.send("POST", Sample.deployments, Sample.deployment("web"))
            let marked = try await api.send(
                "DELETE", Sample.deployments + "/web", ["propagationPolicy": .string(policy)])
            #expect(marked.json[path: "metadata", "finalizers"] == [.string(finalizer)])
            #expect(try await api.send("GET", Sample.deployments + "/web").status == 200)
        }
    }

    @Test func `A pod on a node is given its grace, and its node's word ends it`() async throws {
        try await TestAPI.run { api in
            _ = try await api.send("POST", Sample.pods, Sample.pod("web", node: "n1"))
            let marked = try await api.send("DELETE", Sample.pods + "/web")
            #expect(marked.json[path: "metadata", "deletionGracePeriodSeconds"] == 30)
            #expect(
                marked.json[path: "metadata", "deletionTimestamp"]?.string
                    == Timestamp(seconds: TestAPI.now.seconds + 30).text)
            let longer = try await api.send("DELETE", Sample.pods + "/web?gracePeriodSeconds=60")
            #expect(longer.version == marked.version)
            let shorter = try await api.send("DELETE", Sample.pods + "/web?gracePeriodSeconds=5")
            #expect(shorter.json[path: "metadata", "deletionGracePeriodSeconds"] == 5)
            #expect(try await api.send("DELETE", Sample.pods + "/web", ["gracePeriodSeconds": 0]).status == 200)
            #expect(try await api.send("GET", Sample.pods + "/web").status == 404)
        }
    }

    @Test func `A pod without a node goes at once`() async throws {
        try await TestAPI.run { api in
            _ = try await api.send("POST", Sample.pods, Sample.pod("web"))
            #expect(try await api.send("DELETE", Sample.pods + "/web").name == "web")
            #expect(try await api.send("GET", Sample.pods + "/web").status == 404)
        }
    }

    @Test func `Preconditions name the object that is meant`() async throws {
        try await TestAPI.run { api in
            _ = try await api.send("POST", Sample.maps, Sample.map("m"))
            #expect(try await api.send("DELETE", Sample.maps + "/m", ["preconditions": ["uid": "other"]]).status == 409)
            #expect(
                try await api.send("DELETE", Sample.maps + "/m", ["preconditions": ["resourceVersion": "1"]]).status
                    == 409)
            #expect(try await api.send("GET", Sample.maps + "/m").status == 200)
        }
    }

    @Test func `A collection is deleted by its selector`() async throws {
        try await TestAPI.run { api in
            for (name, app) in [("a", "x"), ("b", "y"), ("c", "x")] {
                _ = try await api.send("POST", Sample.maps, Sample.map(name, labels: ["app": .string(app)]))
            }
            let gone = try await api.send("DELETE", Sample.maps + "?labelSelector=app=x")
            #expect(gone.itemNames == ["a", "c"])
            #expect(try await api.send("GET", Sample.maps).itemNames == ["b"])
        }
    }

    @Test func `A namespace is first emptied: it takes nothing new, and goes when its finalizer does`() async throws {
        try await TestAPI.run { api in
            _ = try await api.send("POST", "/api/v1/namespaces", ["metadata": ["name": "shop"]])
            let marked = try await api.send("DELETE", "/api/v1/namespaces/shop")
            #expect(marked.json[path: "status", "phase"] == "Terminating")
            let refused = try await api.send("POST", "/api/v1/namespaces/shop/configmaps", Sample.map("m"))
            #expect(refused.status == 403)
            #expect(
                refused.message
                    == "configmaps \"m\" is forbidden: unable to create new content in namespace shop because it is being terminated"
            )
            var final = marked.json
            final["spec"] = ["finalizers": []]
            #expect(try await api.send("PUT", "/api/v1/namespaces/shop/finalize", final).status == 200)
            #expect(try await api.send("GET", "/api/v1/namespaces/shop").status == 404)
            let missing = try await api.send("POST", "/api/v1/namespaces/shop/configmaps", Sample.map("m"))
            #expect(missing.message == "namespaces \"shop\" not found")
        }
    }

    @Test func `The default namespace stays`() async throws {
        try await TestAPI.run { (api) async throws in
            #expect(try await api.send("DELETE", "/api/v1/namespaces/default").status == 403)
        }
    }
}
