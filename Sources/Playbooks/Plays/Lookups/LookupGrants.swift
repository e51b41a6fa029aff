internal import JSON
internal import Synchronization
internal import Templates

/// What machines may have looked up besides files of the playbook's folders: what the playbook's own text asks for, as far as
/// that is known before it runs. A machine may otherwise not choose what the controller reads, runs or tells.
final class LookupGrants: Sendable {
    private let granted = Mutex<[String: Set<LookupRequest>]>([:])

    /// Allows a machine what the calls in a value ask for among each of these variables; what is not known yet is not allowed.
    func note(_ value: JSON, for host: String, isFile: Bool = false, among scopes: () -> [Variables]) {
        let calls = Self.texts(in: value).flatMap {
            LookupCall.all(in: $0, isExpression: !isFile, dialect: isFile ? .file() : .value)
        }
        if calls.isEmpty { return }
        for scope in scopes() {
            for call in calls {
                // A call whose arguments fail here is one that is not known yet.
                if let request = (try? call.request(scope)) ?? nil { note(request, for: host) }
            }
        }
    }

    func note(_ request: LookupRequest, for host: String) {
        granted.withLock { _ = $0[host, default: []].insert(request) }
    }

    func allows(_ request: LookupRequest, of host: String) -> Bool {
        granted.withLock { granted in
            guard let own = granted[host] else { return false }
            if own.contains(request) { return true }
            // Of templates one is asked for at a time.
            return request.plugin == "template"
                && own.contains { $0.plugin == "template" && Set($0.terms).isSuperset(of: request.terms) }
        }
    }

    private static func texts(in value: JSON) -> [String] {
        switch value {
        case .string(let text): [text]
        case .array(let elements): elements.flatMap(texts)
        case .object(let members): members.members.flatMap { texts(in: $0.value) }
        default: []
        }
    }
}
