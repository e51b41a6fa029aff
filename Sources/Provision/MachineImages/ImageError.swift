package import Diagnostics

/// Why an image cannot be used, added or removed.
package enum ImageError: Error, Hashable, Sendable {
    case unknown(name: String, known: [String], folder: String)
    case noSource(path: String, reason: String)
    case unreadable(path: String, reason: String)
    case damaged(file: String, expected: String, found: String)
    case flawed(source: String, reason: String)
    case otherContent(source: String, expected: String, found: String)
    case nameTaken(String, folder: String)
    case unwritable(path: String, reason: String)
    case notDownloaded(url: String, status: String)
}

extension ImageError: Diagnosable {
    package var diagnosis: Diagnosis {
        switch self {
        case .unknown(let name, let known, let folder):
            Diagnosis(
                "there is no image '\(name)'",
                why: known.isEmpty ? "there is none in \(folder)" : "there are: \(known.joined(separator: ", "))",
                fix: "build it with: clusterfile image build \(name)")
        case .noSource(let path, let reason):
            Diagnosis(
                "there is no image to add at \(path)", why: reason,
                fix: "name a qcow2 or raw disk image that you may read, or a URL with its --sha256")
        case .unreadable(let path, let reason):
            Diagnosis(
                "the image's file \(path) cannot be read", why: reason,
                fix: "remove its folder and build or add the image again")
        case .damaged(let file, let expected, let found):
            Diagnosis(
                "the image's file \(file) is damaged",
                why: "its SHA-256 is \(found.prefix(12))… and the manifest says \(expected.prefix(12))…",
                fix: "remove its folder and build or add the image again")
        case .flawed(let source, let reason):
            Diagnosis(
                "\(source) is no disk image that machines can have", why: reason,
                fix: "unpack it, or convert it with: qemu-img convert -O qcow2 FILE NEW.qcow2")
        case .otherContent(let source, let expected, let found):
            Diagnosis(
                "\(source) is not what its checksum says",
                why: "its SHA-256 is \(found), and \(expected) was asked for",
                fix: "compare the checksum with the one that its publisher gives; nothing was kept")
        case .nameTaken(let name, let folder):
            Diagnosis(
                "there is another image '\(name)'", why: "\(folder) has other content",
                fix: "choose another --name, or remove that one with: clusterfile image remove \(name)")
        case .unwritable(let path, let reason):
            Diagnosis(
                "the catalogue cannot write \(path)", why: reason,
                fix: "run it as a user who may, or set CLUSTERFILE_IMAGES to a folder of your own")
        case .notDownloaded(let url, let status):
            Diagnosis(
                "\(url) could not be downloaded", why: "curl \(status)",
                fix: "see whether the address is right and can be reached; the same command goes on from what came")
        }
    }
}
