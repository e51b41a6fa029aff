import ClusterClient
import JSON
import Logging
import Objects

/// Deletes events that nobody will ask about any more.
struct EventExpiry: Sendable {
    let client: ClusterClient
    let lifetimeSeconds: Int
    let logger: Logger
    let now: @Sendable () -> Timestamp

    func run() async throws {
        while true {
            try await Task.sleep(for: .seconds(300))
            do {
                try await look()
            } catch {
                try Task.checkCancellation()
                logger.info("events not expired", metadata: ["error": "\(error)"])
            }
        }
    }

    private func look() async throws {
        let limit = now().seconds - lifetimeSeconds
        for event in try await client.list(.events).items {
            let text = event["lastTimestamp"]?.string ?? event["eventTime"]?.string ?? event.meta.creationTimestamp
            guard let time = Timestamp(text), time.seconds < limit else { continue }
            do {
                try await client.delete(.events, namespace: event.meta.namespace, name: event.meta.name)
            } catch let error as ClientError where error.isNotFound {
                continue
            }
        }
    }
}
