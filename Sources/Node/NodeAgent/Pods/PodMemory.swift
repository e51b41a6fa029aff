import Synchronization

/// What the agent remembers of pods between looks; it may forget all of it at a restart.
final class PodMemory: Sendable {
    /// One pod's.
    struct Entry {
        var backoff = RestartBackoff()
        var imagePauses: [String: ImagePause] = [:]
        var address: String?
        var hasSandboxNetwork = false
    }

    /// When a missing image is looked for again.
    struct ImagePause {
        var seconds: Double
        var until: Double
    }

    private let entries = Mutex<[String: Entry]>([:])

    subscript(uid: String) -> Entry {
        get { entries.withLock { $0[uid] ?? Entry() } }
        set { entries.withLock { $0[uid] = newValue } }
    }

    func forget(_ uid: String) { entries.withLock { $0[uid] = nil } }
}
