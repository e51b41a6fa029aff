package import Diagnostics

/// What keeps the agent from doing its work.
package enum NodeAgentError: Error, Hashable, Sendable {
    case invalidAddress(String)
    case invalidRange(String)
    case configurationMissing(kind: String, name: String, key: String?)
    case unsupportedVolume(name: String, kind: String)
    case volumeUnusable(name: String, reason: String)
    case runsAsRoot(container: String)
    case unknownField(path: String)
}

extension NodeAgentError: Diagnosable, CustomStringConvertible {
    package var diagnosis: Diagnosis {
        switch self {
        case .invalidAddress(let text):
            Diagnosis("'\(text)' is not an IPv4 address", fix: "write it as 192.168.56.21")
        case .invalidRange(let text):
            Diagnosis("'\(text)' is not a range of addresses", fix: "write it as 10.244.0.0/16")
        case .configurationMissing(let kind, let name, let key?):
            Diagnosis("couldn't find key \(key) in \(kind) \(name)")
        case .configurationMissing(let kind, let name, nil):
            Diagnosis("\(kind) \"\(name)\" not found")
        case .unsupportedVolume(let name, let kind):
            Diagnosis("volume \"\(name)\" cannot be mounted", why: "volumes of type \(kind) are not supported")
        case .volumeUnusable(let name, let reason):
            Diagnosis("volume \"\(name)\" cannot be mounted", why: reason)
        case .runsAsRoot(let container):
            Diagnosis(
                "container has runAsNonRoot and image will run as root", why: "container \"\(container)\" has user 0",
                fix: "give it a runAsUser other than 0")
        case .unknownField(let path):
            Diagnosis("'\(path)' is not a field that the downward API offers")
        }
    }

    package var description: String { diagnosis.rendered }
}
