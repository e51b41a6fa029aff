import ClusterClient
import Controllers
import JSON
import Logging
import Objects
import Synchronization

/// Lets go of what has lost its owners.
struct GarbageLoop: Sendable {
    private static let key = "all"
    let client: ClusterClient
    let caches: Caches
    let writer: Writer
    private let queue = WorkQueue()
    private let absent = AbsentOwners()

    /// Uids that the server once did not know: no uid ever comes back.
    private final class AbsentOwners: Sendable {
        let uids = Mutex<Set<String>>([])
    }

    init(client: ClusterClient, caches: Caches, writer: Writer) {
        self.client = client
        self.caches = caches
        self.writer = writer
        let queue = queue
        for informer in caches.all {
            informer.onChange { transition in
                // A little later: deletions come in crowds.
                if Self.matters(transition) { queue.add(Self.key, after: .milliseconds(50)) }
            }
        }
    }

    private static func matters(_ transition: ObjectTransition) -> Bool {
        guard let old = transition.old?.meta, let new = transition.new?.meta else {
            return transition.new == nil || transition.new?.meta.ownerReferences.isEmpty == false
        }
        return new.isBeingDeleted || old.ownerReferences != new.ownerReferences
    }

    func loop(logger: Logger) -> KeyedLoop {
        KeyedLoop(name: "garbage", queue: queue, concurrency: 1, logger: logger) { _ in
            try await look()
            return nil
        }
    }

    private func look() async throws {
        let objects = caches.all.flatMap(\.objects)
        let findings = GarbageCollector.reconcile(objects)
        var firstError: ClientError?
        for change in findings.changes { try await attempt(change, &firstError) }
        let byUID = Dictionary(objects.map { ($0.meta.uid, $0) }, uniquingKeysWith: { first, _ in first })
        for suspect in findings.suspects {
            var gone: Set<String> = []
            for owner in suspect.missing where try await isAbsent(owner) { gone.insert(owner.uid) }
            guard let object = byUID[suspect.object.uid],
                let change = GarbageCollector.settle(suspect, object: object, absent: gone)
            else { continue }
            try await attempt(change, &firstError)
        }
        if let firstError { throw firstError }
    }

    /// One object's trouble does not keep the others.
    private func attempt(_ change: Change, _ firstError: inout ClientError?) async throws {
        do {
            try await writer.carryOut(Decision(changes: [change]))
        } catch let error as ClientError {
            if !error.isNotFound { firstError = firstError ?? error }
        }
    }

    private func isAbsent(_ owner: ObjectReference) async throws -> Bool {
        if absent.uids.withLock({ $0.contains(owner.uid) }) { return true }
        guard let type = ResourceType.find(apiVersion: owner.apiVersion, kind: owner.kind) else { return false }
        let namespace = type.isNamespaced ? owner.namespace : nil
        let found = try await client.find(type, namespace: namespace, name: owner.name)
        guard found?.meta.uid != owner.uid else { return false }
        absent.uids.withLock { uids in
            if uids.count > 10_000 { uids = [] }
            uids.insert(owner.uid)
        }
        return true
    }
}
