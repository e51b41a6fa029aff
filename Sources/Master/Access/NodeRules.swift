internal import JSON

/// What a node's agent may do: read what it runs, report on itself and its pods, nothing of other nodes.
struct NodeRules {
    var node: String
    var facts: ClusterFacts

    func allows(_ request: RequestAttributes) -> Bool {
        let reads = ["get", "list", "watch"].contains(request.verb)
        let writes = ["patch", "update"].contains(request.verb)
        let isItself = request.name == node || (request.name.isEmpty && request.fields["metadata.name"] == node)
        switch (request.group, request.resource, request.subresource) {
        case ("", "nodes", ""):
            // Creation is checked against the object's name by admission. Routes need every node's pod range.
            return reads || request.verb == "create" || (writes && isItself)
        case ("", "nodes", "status"): return isItself && (writes || request.verb == "get")
        case ("coordination.k8s.io", "leases", ""):
            guard request.namespace == "kube-node-lease" else { return false }
            return request.verb == "create" || (isItself && (reads || writes || request.verb == "delete"))
        case ("", "pods", ""):
            switch request.verb {
            case "list", "watch": return request.fields["spec.nodeName"] == node
            case "get", "delete": return runs(request)
            default: return false
            }
        case ("", "pods", "status"): return (writes || request.verb == "get") && runs(request)
        case ("", "events", ""): return writes || request.verb == "create"
        case ("", "services", ""), ("", "endpoints", ""), ("discovery.k8s.io", "endpointslices", ""): return reads
        case ("", "configmaps", ""), ("", "secrets", ""):
            let name = request.name.isEmpty ? request.fields["metadata.name"] ?? "" : request.name
            guard reads, !name.isEmpty else { return false }
            return facts.podsOfNamespace(request.namespace).contains {
                isOwn($0) && refers($0, to: request.resource, name)
            }
        default: return false
        }
    }

    private func runs(_ request: RequestAttributes) -> Bool {
        facts.pod(request.namespace, request.name).map(isOwn) ?? false
    }

    private func isOwn(_ pod: JSON) -> Bool { pod[path: "spec", "nodeName"]?.string == node }

    /// Whether a pod's volumes, variables or pull secrets name a ConfigMap or Secret.
    private func refers(_ pod: JSON, to resource: String, _ name: String) -> Bool {
        let spec = pod["spec"] ?? .null
        let isSecret = resource == "secrets"
        func named(_ source: JSON?, _ key: String = "name") -> Bool { source?[key]?.string == name }
        let volumes = (spec["volumes"]?.array ?? []).contains { volume in
            let projected = volume[path: "projected", "sources"]?.array ?? []
            return isSecret
                ? named(volume["secret"], "secretName") || projected.contains { named($0["secret"]) }
                : named(volume["configMap"]) || projected.contains { named($0["configMap"]) }
        }
        let containers = (spec["containers"]?.array ?? []) + (spec["initContainers"]?.array ?? [])
        let variables = containers.contains { container in
            (container["env"]?.array ?? []).contains {
                named($0[path: "valueFrom", isSecret ? "secretKeyRef" : "configMapKeyRef"])
            } || (container["envFrom"]?.array ?? []).contains { named($0[isSecret ? "secretRef" : "configMapRef"]) }
        }
        return volumes || variables || (isSecret && (spec["imagePullSecrets"]?.array ?? []).contains { named($0) })
    }
}
