package import Diagnostics

/// Why a machine image cannot be used.
package enum ImageError: Error, Hashable, Sendable {
    case unknown(name: String, known: [String], folder: String)
    case unreadable(path: String, reason: String)
    case damaged(file: String, expected: String, found: String)
}

extension ImageError: Diagnosable {
    package var diagnosis: Diagnosis {
        switch self {
        case .unknown(let name, let known, let folder):
            Diagnosis(
                "there is no image '\(name)'",
                why: known.isEmpty ? "none is built in \(folder)" : "built are: \(known.joined(separator: ", "))",
                fix: "build it with: scripts/image \(name)")
        case .unreadable(let path, let reason):
            Diagnosis(
                "the image's file \(path) cannot be read", why: reason,
                fix: "remove its folder and build the image again")
        case .damaged(let file, let expected, let found):
            Diagnosis(
                "the image's file \(file) is damaged",
                why: "its SHA-256 is \(found.prefix(12))… and the manifest says \(expected.prefix(12))…",
                fix: "remove its folder and build the image again")
        }
    }
}
