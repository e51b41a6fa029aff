package import Diagnostics

/// What can go wrong with the credentials that are kept on disk.
package enum CredentialError: Error, Hashable, Sendable {
    case noHome
    /// A call of the system failed; `reason` is its own words.
    case file(path: String, doing: String, reason: String)
    /// A file is there and is not what it should be; its content is not shown.
    case unreadable(path: String, wants: String)
    case missing(path: String)
    /// The authority's certificate is there and its private key is not.
    case authorityLost(path: String)
    case notAnAddress(String, machine: String)
    /// The certificate library refused; that is a fault of this program.
    case refused(certificate: String, reason: String)
}

extension CredentialError: Diagnosable {
    package var diagnosis: Diagnosis {
        switch self {
        case .noHome:
            Diagnosis(
                "there is no folder to keep the cluster's keys in", why: "neither XDG_STATE_HOME nor HOME is set",
                fix: "set HOME")
        case .file(let path, let doing, let reason):
            Diagnosis(
                "cannot \(doing) \(path)", why: reason, fix: "make the folder writable for you, and its disk not full")
        case .unreadable(let path, let wants):
            Diagnosis(
                "\(path) is damaged", why: "it should hold \(wants)",
                fix: "move it away: the next 'clusterfile up' makes a new one, which machines that run do not know yet")
        case .missing(let path):
            Diagnosis("\(path) is missing", why: "it is made by 'clusterfile up'", fix: "run 'clusterfile up'")
        case .authorityLost(let path):
            Diagnosis(
                "the cluster's authority has lost its private key",
                why: "\(path) is gone, and no certificate can be made without it",
                fix: "bring it back from a backup, or take the cluster down and up again")
        case .notAnAddress(let text, let machine):
            Diagnosis("'\(text)' is no IPv4 address", why: "the machine '\(machine)' was given with it")
        case .refused(let certificate, let reason):
            Diagnosis("the certificate '\(certificate)' could not be made", why: reason, fix: "report this as a bug")
        }
    }
}
