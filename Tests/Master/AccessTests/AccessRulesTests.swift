import Access
import JSON
import Testing

private let node = Identity(name: "system:node:n1", groups: ["system:nodes"])
private let admin = Identity(name: "admin", groups: ["system:masters"])
private let stranger = Identity(name: "bob", groups: ["devs"])

private let pod: JSON = [
    "metadata": ["name": "web", "namespace": "shop"],
    "spec": [
        "nodeName": "n1",
        "volumes": [["name": "v", "configMap": ["name": "page"]]],
        "containers": [
            ["name": "c", "env": [["name": "P", "valueFrom": ["secretKeyRef": ["name": "password", "key": "p"]]]]]
        ],
    ],
]

private func allows(_ identity: Identity, _ request: RequestAttributes) -> Bool {
    let facts = ClusterFacts(
        pod: { $0 == "shop" && $1 == "web" ? pod : nil }, podsOfNamespace: { $0 == "shop" ? [pod] : [] })
    return AccessRules.allows(identity, request, facts)
}

@Suite struct AccessRulesTests {
    static let allowedToNode: [RequestAttributes] = [
        .init(verb: "watch", resource: "pods", fields: ["spec.nodeName": "n1"]),
        .init(verb: "get", resource: "pods", namespace: "shop", name: "web"),
        .init(verb: "delete", resource: "pods", namespace: "shop", name: "web"),
        .init(verb: "patch", resource: "pods", subresource: "status", namespace: "shop", name: "web"),
        .init(verb: "create", resource: "nodes"),
        .init(verb: "patch", resource: "nodes", subresource: "status", name: "n1"),
        .init(verb: "list", resource: "nodes"),
        .init(
            verb: "update", group: "coordination.k8s.io", resource: "leases", namespace: "kube-node-lease", name: "n1"),
        .init(verb: "create", resource: "events", namespace: "shop"),
        .init(verb: "get", resource: "configmaps", namespace: "shop", name: "page"),
        .init(verb: "get", resource: "secrets", namespace: "shop", name: "password"),
        .init(verb: "list", resource: "services"),
        .init(verb: "get", path: "/apis"),
    ]

    @Test func `Another node may not touch what this one runs`() {
        let other = Identity(name: "system:node:n2", groups: ["system:nodes"])
        #expect(!allows(other, .init(verb: "get", resource: "pods", namespace: "shop", name: "web")))
        #expect(!allows(other, .init(verb: "get", resource: "secrets", namespace: "shop", name: "password")))
    }

    static let deniedToNode: [RequestAttributes] = [
        .init(verb: "list", resource: "pods"),
        .init(verb: "watch", resource: "pods", fields: ["spec.nodeName": "n2"]),
        .init(verb: "get", resource: "pods", namespace: "shop", name: "other"),
        .init(verb: "create", resource: "pods", namespace: "shop"),
        .init(verb: "update", resource: "pods", namespace: "shop", name: "web"),
        .init(verb: "patch", resource: "nodes", subresource: "status", name: "n2"),
        .init(verb: "delete", resource: "nodes", name: "n1"),
        .init(
            verb: "update", group: "coordination.k8s.io", resource: "leases", namespace: "kube-node-lease", name: "n2"),
        .init(verb: "update", group: "coordination.k8s.io", resource: "leases", namespace: "kube-system", name: "n1"),
        .init(verb: "list", resource: "secrets", namespace: "shop"),
        .init(verb: "get", resource: "secrets", namespace: "shop", name: "page"),
        .init(verb: "get", resource: "secrets", namespace: "other", name: "password"),
        .init(verb: "get", resource: "configmaps", namespace: "shop", name: "other"),
        .init(verb: "list", group: "apps", resource: "deployments"),
        .init(verb: "create", resource: "pods", subresource: "binding", namespace: "shop", name: "web"),
    ]

    @Test(arguments: allowedToNode) func `A node may`(request: RequestAttributes) { #expect(allows(node, request)) }

    @Test(arguments: deniedToNode) func `A node may not`(request: RequestAttributes) { #expect(!allows(node, request)) }

    @Test(arguments: allowedToNode + deniedToNode) func `An administrator may do everything`(request: RequestAttributes)
    {
        #expect(allows(admin, request))
    }

    @Test(arguments: (allowedToNode + deniedToNode).filter { $0.path == nil })
    func `Someone without a role may do nothing with objects, nor may nobody`(request: RequestAttributes) {
        #expect(!allows(stranger, request))
        #expect(!allows(.anonymous, request))
    }

    @Test(arguments: ["/healthz", "/livez", "/readyz/ping", "/version"])
    func `Nobody in particular may see that the server lives`(path: String) {
        #expect(allows(.anonymous, RequestAttributes(verb: "get", path: path)))
    }

    @Test(arguments: ["/api", "/apis/apps", "/openapi/v2", "/metrics", "/healthzz"])
    func `Nobody in particular sees no more`(path: String) {
        #expect(!allows(.anonymous, RequestAttributes(verb: "get", path: path)))
    }

    @Test func `The scheduler binds pods and reads no secrets`() {
        #expect(
            allows(
                .scheduler,
                .init(verb: "create", resource: "pods", subresource: "binding", namespace: "shop", name: "web")))
        #expect(!allows(.scheduler, .init(verb: "list", resource: "secrets")))
        #expect(!allows(.scheduler, .init(verb: "update", resource: "nodes", name: "n1")))
    }

    @Test func `A group alone makes no node, nor does a name alone`() {
        #expect(Identity(name: "n1", groups: ["system:nodes"]).nodeName == nil)
        #expect(Identity(name: "system:node:n1", groups: []).nodeName == nil)
    }

    @Test func `A denial is said in Kubernetes' words`() {
        let request = RequestAttributes(
            verb: "get", resource: "pods", subresource: "log", namespace: "shop", name: "web")
        #expect(
            request.denial(of: stranger)
                == "User \"bob\" cannot get resource \"pods/log\" in API group \"\" in the namespace \"shop\"")
    }
}
