import JSON
import Objects
import Testing

@Suite struct SubresourceTests {
    @Test func `A scale is read, set and patched`() async throws {
        try await TestAPI.run { api in
            _ = try await api.send("POST", Sample.deployments, Sample.deployment("web"))
            let path = Sample.deployments + "/web/scale"
            var scale = try await api.send("GET", path).json
            #expect(scale["kind"] == "Scale")
            #expect(scale[path: "status", "selector"] == "app=web")
            scale["spec"] = ["replicas": 5]
            #expect(try await api.send("PUT", path, scale).json[path: "spec", "replicas"] == 5)
            #expect(try await api.send("PUT", path, scale).status == 409)
            let patch: JSON = ["spec": ["replicas": 2]]
            #expect(try await api.send("PATCH", path, patch, type: "application/merge-patch+json").status == 200)
            let deployment = try await api.send("GET", Sample.deployments + "/web").json
            #expect(deployment[path: "spec", "replicas"] == 2)
            #expect(deployment[path: "metadata", "generation"] == 3)
            #expect(try await api.send("PUT", path, ["spec": ["replicas": -1]]).status == 422)
        }
    }

    @Test func `A log is fetched from the agent of the pod's node`() async throws {
        try await TestAPI.run { api in
            _ = try await api.send("POST", Sample.pods, Sample.pod("web"))
            let early = try await api.send("GET", Sample.pods + "/web/log")
            #expect(early.message == "pod web does not have a host assigned")
            _ = try await api.send("POST", "/api/v1/nodes", ["metadata": ["name": "n1"]])
            let addresses: JSON = ["status": ["addresses": [["type": "InternalIP", "address": "10.0.0.5"]]]]
            _ = try await api.send(
                "PATCH", "/api/v1/nodes/n1/status", addresses, type: "application/strategic-merge-patch+json")
            _ = try await api.send("POST", Sample.pods + "/web/binding", ["target": ["name": "n1"]])
            #expect(
                try await api.send("GET", Sample.pods + "/web/log?tailLines=3").text
                    == "10.0.0.5:10250/containerLogs/default/web/c")
            #expect(try await api.send("GET", Sample.pods + "/web/log?container=x").status == 400)
        }
    }

    @Test func `An eviction deletes the pod`() async throws {
        try await TestAPI.run { api in
            _ = try await api.send("POST", Sample.pods, Sample.pod("web"))
            let body: JSON = ["kind": "Eviction", "apiVersion": "policy/v1", "metadata": ["name": "web"]]
            #expect(try await api.send("POST", Sample.pods + "/web/eviction", body).status == 201)
            #expect(try await api.send("GET", Sample.pods + "/web").status == 404)
        }
    }

    @Test func `A node registers and reports on itself alone`() async throws {
        try await TestAPI.run { api in
            let node = api.asking(as: "system:node:n1", "system:nodes")
            #expect(try await node.send("POST", "/api/v1/nodes", ["metadata": ["name": "n1"]]).status == 201)
            let other = try await node.send("POST", "/api/v1/nodes", ["metadata": ["name": "n2"]])
            #expect(other.message == "nodes \"n2\" is forbidden: node \"n1\" is not allowed to modify node \"n2\"")
            let status: JSON = ["status": ["conditions": [["type": "Ready", "status": "True"]]]]
            let type = "application/strategic-merge-patch+json"
            #expect(try await node.send("PATCH", "/api/v1/nodes/n1/status", status, type: type).status == 200)
            #expect(try await node.send("PATCH", "/api/v1/nodes/n2/status", status, type: type).status == 403)
            let role: JSON = ["metadata": ["labels": ["node-role.kubernetes.io/master": ""]]]
            #expect(try await node.send("PATCH", "/api/v1/nodes/n1", role, type: type).status == 403)
            let lease: JSON = ["metadata": ["name": "n2"]]
            let leases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
            #expect(try await node.send("POST", leases, lease).status == 403)
        }
    }

    @Test func `A Service is given a free address that it keeps`() async throws {
        try await TestAPI.run { api in
            let services = "/api/v1/namespaces/default/services"
            let service: JSON = ["metadata": ["name": "web"], "spec": ["ports": [["port": 80]]]]
            let made = try await api.send("POST", services, service)
            #expect(made.json[path: "spec", "clusterIP"] == "10.96.0.2")
            #expect(
                try await api.send("PUT", services + "/web", service).json[path: "spec", "clusterIP"] == "10.96.0.2")
            #expect(try await api.send("GET", services + "/kubernetes").json[path: "spec", "clusterIP"] == "10.96.0.1")
        }
    }

    @Test func `One may ask what one may do`() async throws {
        try await TestAPI.run { api in
            let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
            let review: JSON = [
                "spec": ["resourceAttributes": ["verb": "list", "resource": "pods", "namespace": "default"]]
            ]
            #expect(try await api.send("POST", path, review).json[path: "status", "allowed"] == true)
            let bob = try await api.asking(as: "bob", "devs").send("POST", path, review)
            #expect(bob.json[path: "status", "allowed"] == false)
            let rules = try await api.send("POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", [:])
            #expect(rules.json[path: "status", "resourceRules"]?[0]?["verbs"] == ["*"])
        }
    }

    @Test func `A stranger is told what he may not do`() async throws {
        try await TestAPI.run { api in
            let answer = try await api.asking(as: "bob", "devs").send("DELETE", Sample.pods + "/web")
            #expect(
                answer.message
                    == "pods \"web\" is forbidden: User \"bob\" cannot delete resource \"pods\" in API group \"\" in the namespace \"default\""
            )
        }
    }
}
