package import JSON
import Objects

/// What the scheduler looks at in a pod.
package struct SchedulablePod: Hashable, Sendable {
    package var namespace: String
    package var name: String
    package var uid: String
    package var requests: Resources
    package var nodeSelector: [String: String]
    /// `nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution`: any of the terms must match; nil asks nothing.
    package var requiredNodeTerms: [NodeTerm]?
    package var preferredNodeTerms: [(weight: Int, term: NodeTerm)] { preferences.map { ($0.weight, $0.term) } }
    private var preferences: [Preference]
    package var tolerations: [Toleration]
    package var hostPorts: Set<HostPort>
    /// The uid of what manages it, which its siblings share; nil stands alone.
    package var owner: String?
    /// Set where somebody has chosen already.
    package var nodeName: String?
    package var priority: Int

    private struct Preference: Hashable, Sendable {
        var weight: Int
        var term: NodeTerm
    }

    package init(
        namespace: String = "default", name: String, uid: String = "", requests: Resources = Resources(pods: 1),
        nodeSelector: [String: String] = [:], tolerations: [Toleration] = [], hostPorts: Set<HostPort> = [],
        owner: String? = nil, nodeName: String? = nil
    ) {
        self.namespace = namespace
        self.name = name
        self.uid = uid
        self.requests = requests
        self.nodeSelector = nodeSelector
        self.tolerations = tolerations
        self.hostPorts = hostPorts
        self.owner = owner
        self.nodeName = nodeName
        requiredNodeTerms = nil
        preferences = []
        priority = 0
    }

    /// Reads a Pod.
    package init(_ pod: JSON) {
        let meta = pod.meta
        let spec = pod["spec"]
        self.init(
            namespace: meta.namespace, name: meta.name, uid: meta.uid, requests: Self.requests(spec),
            tolerations: spec?["tolerations"]?.array?.map(Toleration.init) ?? [], hostPorts: Self.hostPorts(spec),
            owner: meta.controller?.uid, nodeName: spec?["nodeName"]?.string.flatMap { $0.isEmpty ? nil : $0 })
        for (key, value) in spec?["nodeSelector"]?.object ?? [:] { nodeSelector[key] = value.string ?? "" }
        let affinity = spec?[path: "affinity", "nodeAffinity"]
        requiredNodeTerms = affinity?[path: "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"]?
            .array?.map(NodeTerm.init)
        preferences = (affinity?["preferredDuringSchedulingIgnoredDuringExecution"]?.array ?? []).map {
            Preference(weight: $0["weight"]?.integer ?? 0, term: NodeTerm($0["preference"] ?? .null))
        }
        priority = spec?["priority"]?.integer ?? 0
    }

    package var key: String { namespace + "/" + name }

    /// The containers together, or the greediest init container where that is more; and the sandbox's overhead.
    private static func requests(_ spec: JSON?) -> Resources {
        func one(_ container: JSON) -> Resources {
            let limits = container[path: "resources", "limits"]
            var asked = Resources(quantities: container[path: "resources", "requests"])
            let bound = Resources(quantities: limits)
            if container[path: "resources", "requests", "cpu"] == nil { asked.cpuMillicores = bound.cpuMillicores }
            if container[path: "resources", "requests", "memory"] == nil { asked.memoryBytes = bound.memoryBytes }
            return asked
        }
        let together = (spec?["containers"]?.array ?? []).map(one).reduce(Resources(), +)
        let greediest = (spec?["initContainers"]?.array ?? []).map(one).reduce(Resources()) { $0.union($1) }
        var requests = together.union(greediest) + Resources(quantities: spec?["overhead"])
        requests.pods = 1
        return requests
    }

    private static func hostPorts(_ spec: JSON?) -> Set<HostPort> {
        var ports: Set<HostPort> = []
        for container in spec?["containers"]?.array ?? [] {
            for port in container["ports"]?.array ?? [] {
                guard let number = port["hostPort"]?.integer, number > 0 else { continue }
                ports.insert(
                    HostPort(
                        address: port["hostIP"]?.string ?? "", protocol: port["protocol"]?.string ?? "TCP", port: number
                    ))
            }
        }
        return ports
    }
}

/// A port of the node itself that a container wants.
package struct HostPort: Hashable, Sendable {
    /// Empty is every address.
    package var address: String
    package var `protocol`: String
    package var port: Int

    package init(address: String = "", protocol: String = "TCP", port: Int) {
        self.address = address
        self.protocol = `protocol`
        self.port = port
    }

    /// Whether both cannot be had on one node.
    package func collides(with other: HostPort) -> Bool {
        func isEvery(_ address: String) -> Bool { address.isEmpty || address == "0.0.0.0" || address == "::" }
        return port == other.port && `protocol` == other.protocol
            && (address == other.address || isEvery(address) || isEvery(other.address))
    }
}
