import JSON
import Objects
import Testing

@Suite struct WriteTests {
    @Test func `A created object comes back with what only the server gives`() async throws {
        try await TestAPI.run { api in
            let made = try await api.send("POST", Sample.deployments, Sample.deployment("web"))
            #expect(made.status == 201)
            #expect(made.json[path: "metadata", "uid"]?.string?.count == 36)
            #expect(made.json[path: "metadata", "creationTimestamp"]?.string == TestAPI.now.text)
            #expect(made.json[path: "metadata", "generation"] == 1)
            #expect(made.json[path: "spec", "strategy", "rollingUpdate", "maxSurge"] == "25%")
            let found = try await api.send("GET", Sample.deployments + "/web")
            #expect(found.text == made.text)
        }
    }

    @Test func `Names are generated, and cut so that they stay valid`() async throws {
        try await TestAPI.run { api in
            let prefix = String(repeating: "a", count: 70)
            let made = try await api.send("POST", Sample.maps, ["metadata": ["generateName": .string(prefix)]])
            #expect(made.status == 201)
            #expect(made.name.count == 63)
            #expect(made.name.hasPrefix(String(prefix.prefix(58))))
        }
    }

    @Test func `A second create is told that the object is there, byte for byte as Kubernetes tells it`() async throws {
        try await TestAPI.run { api in
            _ = try await api.send("POST", Sample.deployments, Sample.deployment("web"))
            let second = try await api.send("POST", Sample.deployments, Sample.deployment("web"))
            #expect(
                second.text
                    == #"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"deployments.apps \"web\" already exists","reason":"AlreadyExists","details":{"name":"web","group":"apps","kind":"deployments"},"code":409}"#
                    + "\n")
        }
    }

    @Test func `What is missing is told so, without a group for the core`() async throws {
        try await TestAPI.run { api in
            let answer = try await api.send("GET", Sample.pods + "/web")
            #expect(
                answer.text
                    == #"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"pods \"web\" not found","reason":"NotFound","details":{"name":"web","kind":"pods"},"code":404}"#
                    + "\n")
        }
    }

    @Test func `A mistake is 422 with its cause`() async throws {
        try await TestAPI.run { api in
            let answer = try await api.send("POST", Sample.deployments, Sample.deployment("web", replicas: -1))
            #expect(answer.status == 422)
            #expect(
                answer.message
                    == "Deployment.apps \"web\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0"
            )
            #expect(answer.json[path: "details", "causes"]?[0]?["field"] == "spec.replicas")
            #expect(answer.json[path: "details", "causes"]?[0]?["reason"] == "FieldValueInvalid")
        }
    }

    @Test func `A stale version is a conflict, a fresh one is taken`() async throws {
        try await TestAPI.run { api in
            let made = try await api.send("POST", Sample.maps, Sample.map("m"))
            var object = made.json
            object["data"] = ["a": "1"]
            let written = try await api.send("PUT", Sample.maps + "/m", object)
            #expect(written.status == 200)
            #expect(written.version != made.version)
            let stale = try await api.send("PUT", Sample.maps + "/m", object)
            #expect(stale.status == 409)
            #expect(stale.message.hasSuffix("please apply your changes to the latest version and try again"))
        }
    }

    @Test func `A write that changes nothing keeps the version`() async throws {
        try await TestAPI.run { api in
            let made = try await api.send("POST", Sample.deployments, Sample.deployment("web"))
            #expect(try await api.send("PUT", Sample.deployments + "/web", made.json).version == made.version)
            let patched = try await api.send(
                "PATCH", Sample.deployments + "/web", ["spec": ["replicas": 3]], type: "application/merge-patch+json")
            #expect(patched.version == made.version)
        }
    }

    @Test func `The object leaves the status alone, the status the object; only the spec counts generations`()
        async throws
    {
        try await TestAPI.run { api in
            let made = try await api.send("POST", Sample.deployments, Sample.deployment("web"))
            var object = made.json
            object["status"] = ["replicas": 9]
            object.edit("spec") { $0["replicas"] = 4 }
            object.edit("metadata") { $0["resourceVersion"] = nil }
            let written = try await api.send("PUT", Sample.deployments + "/web", object)
            #expect(written.json["status"] == [:])
            #expect(written.json[path: "metadata", "generation"] == 2)
            object.edit("spec") { $0["replicas"] = 7 }
            let status = try await api.send("PUT", Sample.deployments + "/web/status", object)
            #expect(status.json[path: "status", "replicas"] == 9)
            #expect(status.json[path: "spec", "replicas"] == 4)
            #expect(status.json[path: "metadata", "generation"] == 2)
        }
    }

    @Test(arguments: [
        (
            "application/merge-patch+json",
            #"{"spec":{"template":{"spec":{"containers":[{"name":"d","image":"i"}]}}}}"#, ["d"]
        ),
        (
            "application/strategic-merge-patch+json",
            #"{"spec":{"template":{"spec":{"containers":[{"name":"d","image":"i"}]}}}}"#, ["c", "d"]
        ),
        (
            "application/json-patch+json",
            #"[{"op":"add","path":"/spec/template/spec/containers/0","value":{"name":"d","image":"i"}}]"#, ["d", "c"]
        ),
    ]) func `Each kind of patch merges lists in its own way`(type: String, patch: String, names: [String]) async throws
    {
        try await TestAPI.run { api in
            _ = try await api.send("POST", Sample.deployments, Sample.deployment("web"))
            let answer = try await api.send("PATCH", Sample.deployments + "/web", JSON(parsing: patch), type: type)
            #expect(answer.status == 200)
            let containers = answer.json[path: "spec", "template", "spec", "containers"]?.array ?? []
            #expect(containers.compactMap { $0["name"]?.string } == names)
        }
    }

    @Test func `A patch of an unknown kind is 415`() async throws {
        try await TestAPI.run { api in
            _ = try await api.send("POST", Sample.maps, Sample.map("m"))
            #expect(try await api.send("PATCH", Sample.maps + "/m", [:], type: "text/x-diff").status == 415)
            #expect(
                try await api.send("POST", Sample.maps, [:], type: "application/vnd.kubernetes.protobuf").status == 415)
        }
    }

    @Test func `A dry run answers as if, and stores nothing`() async throws {
        try await TestAPI.run { api in
            #expect(try await api.send("POST", Sample.maps + "?dryRun=All", Sample.map("m")).status == 201)
            #expect(try await api.send("GET", Sample.maps + "/m").status == 404)
            _ = try await api.send("POST", Sample.maps, Sample.map("m"))
            #expect(try await api.send("POST", Sample.maps + "?dryRun=All", Sample.map("m")).status == 409)
            #expect(try await api.send("DELETE", Sample.maps + "/m?dryRun=All").status == 200)
            let patch: JSON = ["data": ["a": "b"]]
            let patched = try await api.send(
                "PATCH", Sample.maps + "/m?dryRun=All", patch, type: "application/merge-patch+json")
            #expect(patched.json["data"] == ["a": "b"])
            #expect(try await api.send("GET", Sample.maps + "/m").json["data"] == [:])
        }
    }

    @Test func `Unknown fields are dropped with a warning, or refused when the client is strict`() async throws {
        try await TestAPI.run { api in
            var map = Sample.map("m")
            map["colour"] = "red"
            let made = try await api.send("POST", Sample.maps, map)
            #expect(made.json["colour"] == nil)
            #expect(made.warnings == ["299 - \"unknown field colour\""])
            let strict = try await api.send("POST", Sample.maps + "?fieldValidation=Strict", map)
            #expect(strict.status == 400)
            #expect(strict.message == "strict decoding error: unknown field \"colour\"")
        }
    }

    @Test func `An object of another kind, namespace or name is refused`() async throws {
        try await TestAPI.run { api in
            #expect(try await api.send("POST", Sample.maps, Sample.deployment("web")).status == 400)
            let elsewhere: JSON = ["metadata": ["name": "m", "namespace": "other"]]
            #expect(try await api.send("POST", Sample.maps, elsewhere).status == 400)
            _ = try await api.send("POST", Sample.maps, Sample.map("m"))
            #expect(try await api.send("PUT", Sample.maps + "/m", Sample.map("n")).status == 400)
            #expect(
                try await api.send("POST", Sample.maps, ["metadata": ["name": "x", "resourceVersion": "3"]]).status
                    == 400)
        }
    }

    @Test func `Writers that race through patches all get through`() async throws {
        try await TestAPI.run { api in
            _ = try await api.send("POST", Sample.maps, Sample.map("m"))
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<12 {
                    group.addTask {
                        let patch: JSON = ["data": JSON(["k\(number)": "v"])]
                        return try await api.send(
                            "PATCH", Sample.maps + "/m", patch, type: "application/merge-patch+json"
                        ).status
                    }
                }
                for try await status in group { #expect(status == 200) }
            }
            #expect(try await api.send("GET", Sample.maps + "/m").json["data"]?.object?.count == 12)
        }
    }
}
