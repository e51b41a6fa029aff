import JSON
import Objects
import Testing

private let table =
    "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json"

@Suite struct ReadTests {
    @Test func `A list carries its snapshot's version and every object`() async throws {
        try await TestAPI.run { api in
            for name in ["b", "a", "c"] { _ = try await api.send("POST", Sample.maps, Sample.map(name)) }
            let list = try await api.send("GET", Sample.maps)
            #expect(list.json["kind"] == "ConfigMapList")
            #expect(list.itemNames == ["a", "b", "c"])
            #expect(
                list.version
                    == list.items.compactMap { $0[path: "metadata", "resourceVersion"]?.string }.max {
                        Int($0) ?? 0 < Int($1) ?? 0
                    })
        }
    }

    @Test func `Pages are of one snapshot and join to the whole`() async throws {
        try await TestAPI.run { api in
            for number in 0..<7 { _ = try await api.send("POST", Sample.maps, Sample.map("m\(number)")) }
            let first = try await api.send("GET", Sample.maps + "?limit=3")
            #expect(first.json[path: "metadata", "remainingItemCount"] == 4)
            _ = try await api.send("DELETE", Sample.maps + "/m4")
            var names = first.itemNames
            var token = first.json[path: "metadata", "continue"]?.string
            while let next = token {
                let page = try await api.send("GET", Sample.maps + "?limit=3&continue=\(next)")
                #expect(page.version == first.version)
                names += page.itemNames
                token = page.json[path: "metadata", "continue"]?.string
            }
            #expect(names == (0..<7).map { "m\($0)" })
            #expect(try await api.send("GET", Sample.maps + "?continue=nonsense").status == 400)
        }
    }

    @Test(arguments: [
        ("labelSelector=app=x", ["a", "c"]), ("labelSelector=app!=x", ["b"]),
        ("labelSelector=app in (x,y)", ["a", "b", "c"]),
        ("fieldSelector=metadata.name=b", ["b"]), ("fieldSelector=metadata.name!=b", ["a", "c"]),
        ("labelSelector=app=x&limit=1", ["a"]),
    ]) func `Selectors select`(query: String, names: [String]) async throws {
        try await TestAPI.run { api in
            for (name, app) in [("a", "x"), ("b", "y"), ("c", "x")] {
                _ = try await api.send("POST", Sample.maps, Sample.map(name, labels: ["app": .string(app)]))
            }
            let list = try await api.send("GET", Sample.maps + "?" + query)
            #expect(list.itemNames == names)
            #expect(list.json[path: "metadata", "remainingItemCount"] == nil)
        }
    }

    @Test func `A field that cannot be selected is 400`() async throws {
        try await TestAPI.run { (api) async throws in
            #expect(try await api.send("GET", Sample.maps + "?fieldSelector=data.a=b").status == 400)
            #expect(try await api.send("GET", Sample.maps + "?labelSelector=a in b").status == 400)
        }
    }

    @Test func `kubectl is given tables`() async throws {
        try await TestAPI.run { api in
            _ = try await api.send("POST", Sample.pods, Sample.pod("web"))
            let answer = try await api.send("GET", Sample.pods, accept: table)
            #expect(answer.json["kind"] == "Table")
            #expect(answer.json["rows"]?[0]?["cells"]?.array?.prefix(4) == ["web", "0/1", "Pending", "0"])
            #expect(answer.json["rows"]?[0]?["object"]?["kind"] == "PartialObjectMetadata")
            let whole = try await api.send("GET", Sample.pods + "?includeObject=Object", accept: table)
            #expect(whole.json["rows"]?[0]?["object"]?["spec"] != nil)
            #expect(try await api.send("GET", Sample.pods, accept: "application/vnd.kubernetes.protobuf").status == 406)
        }
    }

    @Test func `A version from the future times out, the past is read where it is kept`() async throws {
        try await TestAPI.run { api in
            let made = try await api.send("POST", Sample.maps, Sample.map("m"))
            _ = try await api.send("DELETE", Sample.maps + "/m")
            let past = try await api.send(
                "GET", Sample.maps + "?resourceVersion=\(made.version)&resourceVersionMatch=Exact")
            #expect(past.itemNames == ["m"])
            let future = try await api.send("GET", Sample.maps + "?resourceVersion=9999&resourceVersionMatch=Exact")
            #expect(future.status == 504)
        }
    }

    @Test(arguments: ["/version", "/version/", "/healthz", "/livez", "/readyz"]) func `Everybody sees`(path: String)
        async throws
    {
        try await TestAPI.run { (api) async throws in
            #expect(
                try await api.asking(as: "system:anonymous", "system:unauthenticated").send("GET", path).status == 200)
        }
    }

    @Test(arguments: ["/api", "/apis", "/api/v1/pods", "/api/v1/nodes/n1", "/nowhere"])
    func `Nobody in particular is 401 at`(path: String) async throws {
        try await TestAPI.run { (api) async throws in
            #expect(
                try await api.asking(as: "system:anonymous", "system:unauthenticated").send("GET", path).status == 401)
        }
    }

    @Test func `Discovery names every kind with its verbs`() async throws {
        try await TestAPI.run { api in
            let core = try await api.send("GET", "/api/v1").json["resources"]?.array ?? []
            let pods = core.first { $0["name"] == "pods" }
            #expect(pods?["shortNames"] == ["po"])
            #expect(pods?["categories"] == ["all"])
            #expect(core.contains { $0["name"] == "pods/log" })
            let groups = try await api.send("GET", "/apis").json["groups"]?.array ?? []
            for group in groups {
                let version = group[path: "preferredVersion", "groupVersion"]?.string ?? ""
                let resources = try await api.send("GET", "/apis/\(version)").json["resources"]?.array ?? []
                #expect(!resources.isEmpty, "\(version)")
            }
            #expect(try await api.send("GET", "/apis/nothing/v1").status == 404)
        }
    }

    @Test func `The openapi document is protobuf with a type that clients take`() async throws {
        try await TestAPI.run { api in
            let response = await api.response("GET", "/openapi/v2")
            #expect(
                response.headers.contains { $0.value == "application/com.github.proto-openapi.spec.v2.v1.0+protobuf" })
            guard case .bytes(let bytes) = response.body else { return }
            #expect(bytes.prefix(5) == [0x0A, 3, 0x32, 0x2E, 0x30])
            #expect(String(decoding: bytes, as: UTF8.self).contains("io.k8s.api.apps.v1.DeploymentSpec"))
        }
    }
}
