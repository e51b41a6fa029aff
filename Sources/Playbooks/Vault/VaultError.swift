package import Diagnostics

/// Why encrypted data, or a password for it, cannot be had; no secret is in any of them.
package enum VaultError: Diagnosable, Hashable {
    case noPassword(at: SourceLocation)
    case noPasswordOpens(label: String?, tried: [String], at: SourceLocation)
    case damaged(why: String, at: SourceLocation)
    case notText(at: SourceLocation)
    case unreadable(String, why: String)
    case passwordFile(String, why: String)
    case passwordProgram(String, why: String, errors: String)
    case emptyPassword(of: String)
    case unknownLabel(String, known: [String])

    package var diagnosis: Diagnosis {
        switch self {
        case .noPassword(let place):
            Diagnosis(
                "this is encrypted, and no vault password was given",
                fix: "give --vault-password-file FILE, --vault-id LABEL@FILE or --ask-vault-pass", at: place)
        case .noPasswordOpens(let label, let tried, let place):
            Diagnosis(
                "no vault password opens this",
                why: (label.map { "it was encrypted as '\($0)'" } ?? "it names no vault id")
                    + ", and tried were those for "
                    + tried.map { "'\($0)'" }.joined(separator: ", "),
                fix: "give the password it was encrypted with; where that was given, the data is damaged", at: place)
        case .damaged(let why, let place):
            Diagnosis(
                "this encrypted data is damaged", why: why, fix: "restore it, or encrypt it anew", at: place)
        case .notText(let place): Diagnosis("what is encrypted here is no text of UTF-8", at: place)
        case .unreadable(let path, let why): Diagnosis("\(path) cannot be read", why: why)
        case .passwordFile(let path, let why):
            Diagnosis("the vault password file \(path) cannot be read", why: why, fix: "name a file that is there")
        case .passwordProgram(let path, let why, let errors):
            Diagnosis(
                "the vault password program \(path) \(why)", why: errors.isEmpty ? nil : errors,
                fix: "where it is no program but holds the password: chmod -x \(path)")
        case .emptyPassword(let source):
            Diagnosis("the vault password from \(source) is empty", fix: "put the password there")
        case .unknownLabel(let label, let known):
            Diagnosis(
                "there is no vault password for '\(label)'",
                why: known.isEmpty ? "none was given" : "there are those for " + known.joined(separator: ", "),
                fix: "give --vault-id \(label)@FILE")
        }
    }
}
