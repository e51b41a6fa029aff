import Diagnostics
import FoundationEssentials
import HTTPServing
import Linux
import Logging
import Objects
import ServiceLifecycle
import StateStore

/// Takes requests until the process is told to stop, and tells the service manager when it does.
struct ServingService: Service {
    let server: HTTPServer

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await server.run { _ in
                try? ServiceNotification().ready()  // without a manager there is nobody to tell
            }
        }
    }
}

/// Forgets history that nobody needs any more, and closes the store last.
struct StoreService: Service {
    let store: StateStore
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var kept = store.revision
            while !Task.isCancelled {
                do {
                    try await Task.sleep(for: .seconds(300))
                    try await store.compact(to: kept)
                    kept = store.revision
                } catch is CancellationError {
                    break
                } catch {
                    logger.error("compaction failed", metadata: ["error": "\(error)"])
                }
            }
        }
        await store.close()
    }
}

/// The wall clock, as objects carry it.
@Sendable func wallClock() -> Objects.Timestamp {
    let seconds = Date().timeIntervalSince1970
    return Objects.Timestamp(seconds: Int(seconds), nanoseconds: Int((seconds - seconds.rounded(.down)) * 1e9))
}

/// A file that must be there.
func readText(_ path: String) throws -> String {
    do {
        return try String(contentsOfFile: path, encoding: .utf8)
    } catch {
        throw Diagnosis(
            "cannot read \(path)", why: "\(error)", fix: "name the right file, or run the playbook again")
    }
}
