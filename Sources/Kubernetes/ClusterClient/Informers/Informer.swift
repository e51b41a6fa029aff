package import JSON
package import Logging
import Objects
import Synchronization

/// What became of one object in an informer's cache; both are nil never.
package struct ObjectTransition: Sendable {
    package var old: JSON?
    package var new: JSON?

    /// The object, as it is or was last.
    package var latest: JSON { new ?? old ?? .null }
}

/// A local copy of one collection that follows the server: list, then watch, and again after whatever goes wrong.
package final class Informer: Sendable {
    package let type: ResourceType
    private let namespace: String?
    private let selection: Selection
    private let client: ClusterClient
    private let logger: Logger
    private let trim: @Sendable (JSON) -> JSON
    private let pause: @Sendable (Duration) async throws -> Void
    private let random: @Sendable () -> Double

    private struct State {
        var objects: [String: JSON] = [:]
        /// The newest version that the server has told of.
        var version = 0
        /// Uids of objects that this process saw go before the watch told of it.
        var gone: Set<String> = []
        var isSynced = false
        var syncWaiters: [Wakeup] = []
        var handlers: [@Sendable (ObjectTransition) -> Void] = []
    }

    private let state = Mutex(State())

    /// - Parameters:
    ///   - trim: cuts from each object what nobody will read; the rest is kept in memory.
    ///   - pause: sleeps between tries.
    ///   - random: 0..<1, for jitter.
    package init(
        _ type: ResourceType, namespace: String? = nil, selection: Selection = Selection(), client: ClusterClient,
        logger: Logger, trim: @escaping @Sendable (JSON) -> JSON = Informer.withoutManagedFields,
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.type = type
        self.namespace = namespace
        self.selection = selection
        self.client = client
        self.logger = logger
        self.trim = trim
        self.pause = pause
        self.random = random
    }

    /// Drops `metadata.managedFields`, which only server-side apply reads.
    package static let withoutManagedFields: @Sendable (JSON) -> JSON = { object in
        var object = object
        if object["metadata"]?["managedFields"] != nil { object["metadata"]?["managedFields"] = nil }
        return object
    }

    /// Calls a handler, which must not block, at every change of the cache; add handlers before `run`.
    package func onChange(_ handler: @escaping @Sendable (ObjectTransition) -> Void) {
        state.withLock { $0.handlers.append(handler) }
    }

    /// Sets a wakeup at every change of the cache.
    package func wakes(_ wakeup: Wakeup) { onChange { _ in wakeup.set() } }

    /// Whether the first list has arrived.
    package var isSynced: Bool { state.withLock(\.isSynced) }

    /// Returns when the first list has arrived.
    package func waitUntilSynced() async throws {
        let wakeup = state.withLock { state -> Wakeup? in
            if state.isSynced { return nil }
            let wakeup = Wakeup()
            state.syncWaiters.append(wakeup)
            return wakeup
        }
        try await wakeup?.wait()
    }

    /// The object of that `namespace/name` (or name), or nil.
    package func object(_ key: String) -> JSON? { state.withLock { $0.objects[key] } }

    /// All objects, in no order.
    package var objects: [JSON] { state.withLock { Array($0.objects.values) } }

    /// Follows the server until the task is cancelled.
    package func run() async throws {
        var version: String?
        var backoff = Backoff()
        var isQuiet = false
        while true {
            try Task.checkCancellation()
            let started = ContinuousClock.now
            var hasProgress = false
            do {
                if version == nil {
                    version = try await relist()
                    hasProgress = true
                }
                try await client.watch(
                    type, namespace: namespace, selection: selection, from: version ?? "",
                    timeoutSeconds: 300 + Int(random() * 300)
                ) { event in
                    hasProgress = true
                    let seen = self.apply(event)
                    if !seen.isEmpty { version = seen }
                }
            } catch let error as ClientError {
                if needsList(after: error) { version = nil }
                // Said once: the tries go on until the server is back.
                if !error.isExpired, !isQuiet || hasProgress {
                    logger.info("watch interrupted", metadata: ["resource": "\(type.plural)", "error": "\(error)"])
                    isQuiet = true
                }
            } catch {
                try Task.checkCancellation()
                logger.warning("watch failed", metadata: ["resource": "\(type.plural)", "error": "\(error)"])
                version = nil
            }
            if hasProgress || started.duration(to: .now) > .seconds(10) {
                backoff.reset()
                isQuiet = false
            }
            try await pause(backoff.next(random: random()))
        }
    }

    /// An answer that refuses the version makes a list necessary; a server that is away or busy does not.
    private func needsList(after error: ClientError) -> Bool {
        switch error {
        case .refused(let status): status.code != 429 && status.code != 503 && status.code != 500
        case .malformedAnswer: true
        case .unreachable, .timedOut, .invalidServerURL, .invalidCredentials: false
        }
    }

    private func relist() async throws -> String {
        let list = try await client.list(type, namespace: namespace, selection: selection)
        var fresh: [String: JSON] = [:]
        for item in list.items { fresh[item.meta.key] = trim(item) }
        let (transitions, handlers, waiters) = state.withLock { state in
            var transitions: [ObjectTransition] = []
            for (key, old) in state.objects where fresh[key] == nil { transitions.append(.init(old: old, new: nil)) }
            for (key, new) in fresh {
                let old = state.objects[key]
                if let old, old.meta.uid != new.meta.uid { transitions.append(.init(old: old, new: nil)) }
                if old?.meta.resourceVersion != new.meta.resourceVersion || old?.meta.uid != new.meta.uid {
                    transitions.append(.init(old: old?.meta.uid == new.meta.uid ? old : nil, new: new))
                }
            }
            state.objects = fresh
            state.version = Int(list.resourceVersion) ?? 0
            state.gone = []
            state.isSynced = true
            defer { state.syncWaiters = [] }
            return (transitions, state.handlers, state.syncWaiters)
        }
        for transition in transitions { handlers.forEach { $0(transition) } }
        waiters.forEach { $0.set() }
        return list.resourceVersion
    }

    /// Takes what this process just wrote into the cache, so that its next look does not miss it.
    ///
    /// The watch may have told of it already, or of something newer: then nothing happens.
    package func observe(written object: JSON) {
        let isNew = state.withLock { state in
            let version = Int(object.meta.resourceVersion) ?? 0
            return version > state.version && version > Self.version(state.objects[object.meta.key])
        }
        if isNew { store(object, isPresent: true) }
    }

    /// Takes out of the cache what this process knows to be gone.
    package func observe(deletedKey key: String, uid: String) {
        let (old, handlers) = state.withLock { state -> (JSON?, [@Sendable (ObjectTransition) -> Void]) in
            guard let old = state.objects[key], old.meta.uid == uid else { return (nil, []) }
            state.objects[key] = nil
            state.gone.insert(uid)
            return (old, state.handlers)
        }
        if let old { handlers.forEach { $0(ObjectTransition(old: old, new: nil)) } }
    }

    private static func version(_ object: JSON?) -> Int { Int(object?.meta.resourceVersion ?? "") ?? 0 }

    /// Takes an event into the cache; returns the version it brings.
    private func apply(_ event: WatchEvent) -> String {
        let version: String
        switch event {
        case .bookmark(let seen): version = seen
        case .added(let object), .modified(let object):
            version = object.meta.resourceVersion
            let isOld = state.withLock { state in
                state.gone.contains(object.meta.uid)
                    || Self.version(state.objects[object.meta.key]) >= Int(version) ?? .max
            }
            if !isOld { store(object, isPresent: true) }
        case .deleted(let object):
            version = object.meta.resourceVersion
            let wasGone = state.withLock { $0.gone.remove(object.meta.uid) != nil }
            let current = state.withLock { $0.objects[object.meta.key] }
            if !wasGone, current.map({ $0.meta.uid == object.meta.uid }) ?? true { store(object, isPresent: false) }
        }
        if let number = Int(version) { state.withLock { $0.version = max($0.version, number) } }
        return version
    }

    private func store(_ object: JSON, isPresent: Bool) {
        let trimmed = trim(object)
        // Said as an optional's case: JSON has a nil of its own.
        let new: JSON? = isPresent ? .some(trimmed) : .none
        let key = object.meta.key
        let (old, handlers) = state.withLock { state in
            let old = state.objects[key]
            state.objects[key] = new
            return (old, state.handlers)
        }
        let transition = ObjectTransition(old: isPresent ? old : old ?? trimmed, new: new)
        handlers.forEach { $0(transition) }
    }
}
