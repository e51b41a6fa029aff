import ClusterClient
import JSON
import Logging
import Objects

/// The informers that all loops share.
struct Caches: Sendable {
    let pods: Informer
    let nodes: Informer
    let namespaces: Informer
    let leases: Informer
    let deployments: Informer
    let replicaSets: Informer
    let serviceAccounts: Informer
    /// Kinds of which only metadata is looked at.
    let others: [Informer]

    init(client: ClusterClient, logger: Logger) {
        func informer(_ type: ResourceType, namespace: String? = nil) -> Informer {
            Informer(type, namespace: namespace, client: client, logger: logger)
        }
        pods = informer(.pods)
        nodes = informer(.nodes)
        namespaces = informer(.namespaces)
        leases = informer(.leases, namespace: "kube-node-lease")
        deployments = informer(.deployments)
        replicaSets = informer(.replicaSets)
        serviceAccounts = informer(.serviceAccounts)
        others = [ResourceType.services, .endpoints, .configMaps, .secrets].map { type in
            Informer(type, client: client, logger: logger) { object in
                let kept = ["apiVersion", "kind", "metadata"].compactMap { key in object[key].map { (key, $0) } }
                return Informer.withoutManagedFields(.object(JSONObject(kept)))
            }
        }
    }

    var all: [Informer] {
        [pods, nodes, namespaces, leases, deployments, replicaSets, serviceAccounts] + others
    }

    func informer(of type: ResourceType) -> Informer? { all.first { $0.type == type } }

    func waitUntilSynced() async throws {
        for informer in all { try await informer.waitUntilSynced() }
    }

    /// The objects of one namespace.
    static func objects(of informer: Informer, in namespace: String) -> [JSON] {
        informer.objects.filter { $0.meta.namespace == namespace }
    }
}
