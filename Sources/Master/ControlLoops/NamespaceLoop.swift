import ClusterClient
import Controllers
import JSON
import Logging
import Objects

/// Furnishes namespaces, and empties those that go.
struct NamespaceLoop: Sendable {
    let client: ClusterClient
    let caches: Caches
    let writer: Writer
    private let queue = WorkQueue()

    init(client: ClusterClient, caches: Caches, writer: Writer) {
        self.client = client
        self.caches = caches
        self.writer = writer
        let queue = queue
        caches.namespaces.onChange { queue.add($0.latest.meta.name) }
        caches.serviceAccounts.onChange { transition in
            if transition.new == nil { queue.add(transition.latest.meta.namespace) }
        }
    }

    func loop(logger: Logger) -> KeyedLoop {
        KeyedLoop(name: "namespace", queue: queue, concurrency: 2, logger: logger, reconcile: look)
    }

    @Sendable private func look(_ name: String) async throws -> Duration? {
        guard let namespace = caches.namespaces.object(name) else { return nil }
        guard NamespaceController.isGoing(namespace) else {
            let accounts = Caches.objects(of: caches.serviceAccounts, in: name)
            do {
                try await writer.carryOut(NamespaceController.provide(for: namespace, serviceAccounts: accounts))
            } catch let error as ClientError where error.isAlreadyExists || error.code == 403 {
                return nil  // there already, or the namespace has begun to go
            }
            return nil
        }
        var content: [JSON] = []
        for type in ResourceType.all where type.isNamespaced {
            content += try await client.list(type, namespace: name).items
        }
        if content.isEmpty {
            _ = try await client.update(.namespaces, NamespaceController.finalized(namespace), subresource: "finalize")
            return nil
        }
        try await writer.carryOut(Decision(changes: NamespaceController.empty(content)))
        return .milliseconds(500)
    }
}
