package import Diagnostics

/// What can be wrong with an image or with getting one.
package enum ImageError: Error, Hashable, Sendable {
    case malformedReference(String)
    case missing(reference: String)
    case malformedArchive(path: String, reason: String)
    case malformedDocument(name: String, reason: String)
    case digestMismatch(expected: String, found: String)
    case missingBlob(digest: String, of: String)
    case unsupported(what: String, of: String)
    case noImageForPlatform(reference: String, platform: String)
}

extension ImageError: Diagnosable, CustomStringConvertible {
    package var diagnosis: Diagnosis {
        switch self {
        case .malformedReference(let text):
            Diagnosis(
                "'\(text)' is not an image reference",
                fix: "write it as [REGISTRY/]NAME[:TAG][@sha256:DIGEST], in lower case")
        case .missing(let reference):
            Diagnosis(
                "image '\(reference)' is not on this node",
                fix: "put its OCI archive into /var/lib/clusterfile/images on every node")
        case .malformedArchive(let path, let reason):
            Diagnosis("\(path) is not a usable image archive", why: reason)
        case .malformedDocument(let name, let reason):
            Diagnosis("the image's \(name) cannot be read", why: reason)
        case .digestMismatch(let expected, let found):
            Diagnosis(
                "content does not match its digest \(expected)", why: "its digest is \(found)", fix: "copy it again")
        case .missingBlob(let digest, let owner):
            Diagnosis("\(owner) lacks the content \(digest)", fix: "export the image again, for this node's platform")
        case .unsupported(let what, let owner):
            Diagnosis("\(owner) uses \(what), which is not supported")
        case .noImageForPlatform(let reference, let platform):
            Diagnosis("image '\(reference)' has nothing for \(platform)", fix: "export the image for \(platform)")
        }
    }

    package var description: String { diagnosis.rendered }
}
