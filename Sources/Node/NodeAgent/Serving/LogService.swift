import ClusterClient
import ContainerRuntime
import HTTPServing
import JSON
import Linux
import Logging
import Objects

/// Answers the master's requests for containers' logs, and anybody's for the agent's health.
struct LogService: Sendable {
    let pods: Informer
    let runtime: PodRuntime

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        if request.path == "/healthz" { return Self.text(200, "ok") }
        guard let peer = request.peer else { return Self.text(401, "Unauthorized") }
        guard peer.commonName == "kube-apiserver" || peer.organizations.contains("system:masters") else {
            return Self.text(403, "Forbidden")
        }
        let parts = request.path.split(separator: "/").map(String.init)
        guard request.method == "GET", parts.count == 4, parts[0] == "containerLogs" else {
            return Self.text(404, "404 page not found")
        }
        do {
            return try await logs(namespace: parts[1], pod: parts[2], container: parts[3], request.query)
        } catch let error as ContainerRuntimeError {
            return Self.text(404, error.diagnosis.what)
        } catch {
            return Self.text(500, "\(error)")
        }
    }

    private func logs(
        namespace: String, pod: String, container: String, _ query: [(name: String, value: String)]
    ) async throws -> HTTPResponse {
        let wantedUID = pods.object(namespace + "/" + pod)?.meta.uid
        let found = try await runtime.snapshots().last { snapshot in
            wantedUID.map { $0 == snapshot.uid }
                ?? (snapshot.sandbox.namespace == namespace && snapshot.sandbox.name == pod)
        }
        let isPrevious = flag("previous", query)
        let attempt = isPrevious ? found?.previous(container) : found?.latest(container)
        guard let found, let attempt else {
            let message =
                isPrevious
                ? "previous terminated container \"\(container)\" in pod \"\(pod)\" not found"
                : "container \"\(container)\" in pod \"\(pod)\" is waiting to start: ContainerCreating"
            return Self.text(400, message)
        }
        let stream = try runtime.logs(
            pod: found.uid, container: container, attempt: attempt.attempt,
            options: LogOptions(
                follow: flag("follow", query), tailLines: number("tailLines", query), since: since(query),
                showsTimestamps: flag("timestamps", query), limitBytes: number("limitBytes", query)))
        return HTTPResponse(status: 200, headers: [("content-type", "text/plain")], body: .stream(stream))
    }

    private func since(_ query: [(name: String, value: String)]) -> Linux.Timestamp? {
        if let seconds = number("sinceSeconds", query) {
            let now = Linux.Timestamp.now().nanosecondsSinceEpoch
            return Linux.Timestamp(nanosecondsSinceEpoch: now - Int64(seconds) * 1_000_000_000)
        }
        return query.first { $0.name == "sinceTime" }.flatMap { Linux.Timestamp(rfc3339: $0.value) }
    }

    private func flag(_ name: String, _ query: [(name: String, value: String)]) -> Bool {
        query.first { $0.name == name }.map { ["true", "1", ""].contains($0.value) } ?? false
    }

    private func number(_ name: String, _ query: [(name: String, value: String)]) -> Int? {
        query.first { $0.name == name }.flatMap { Int($0.value) }
    }

    private static func text(_ status: Int, _ text: String) -> HTTPResponse {
        HTTPResponse(status: status, headers: [("content-type", "text/plain")], body: .bytes(Array(text.utf8)))
    }
}
