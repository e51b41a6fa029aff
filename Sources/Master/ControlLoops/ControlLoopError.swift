import Diagnostics

/// What a loop cannot do.
enum ControlLoopError: Error, Hashable, Diagnosable, CustomStringConvertible {
    case unknownKind(apiVersion: String, kind: String)
    case invalidRange(String)
    case podsNotBound(count: Int, first: String)

    var diagnosis: Diagnosis {
        switch self {
        case .unknownKind(let apiVersion, let kind):
            Diagnosis(
                "objects of kind \(kind) in \(apiVersion) cannot be written", why: "the cluster does not serve it")
        case .invalidRange(let text):
            Diagnosis("'\(text)' is not a range of pod addresses", fix: "write it as 10.244.0.0/16, at most /24")
        case .podsNotBound(let count, let first):
            Diagnosis("\(count) pods were not bound to their nodes", why: first)
        }
    }

    var description: String { diagnosis.rendered }
}
