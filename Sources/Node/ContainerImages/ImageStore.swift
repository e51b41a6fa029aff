import Glibc
import Linux

/// The images of a machine: content by digest, unpacked layers shared by all containers, and names.
///
/// Below its root: `blobs/HEX`, `layers/HEX` (the first 32 digits of a layer's diff id, so that overlayfs's options hold
/// a hundred of them), `references/NAME` with a manifest's digest in it, `imported/NAME` with an archive's stamp.
package struct ImageStore: Sendable {
    package let root: String
    let content: ContentStore
    var layersFolder: String { root + "/layers" }
    var referencesFolder: String { root + "/references" }
    var stampsFolder: String { root + "/imported" }

    /// Opens the store, and makes its folders where they are missing.
    package init(root: String) throws {
        self.root = root
        content = ContentStore(folder: root + "/blobs")
        for folder in [content.folder, root + "/layers", root + "/references", root + "/imported"] {
            try FileSystem.makeFolder(folder)
        }
    }

    /// The image that a reference means; an error where it is not here.
    package func resolve(_ text: String) throws -> Image {
        let reference = try ImageReference(parsing: text)
        if let digest = reference.digest {
            guard try references().contains(where: { $0.digest == digest }) else {
                throw ImageError.missing(reference: text)
            }
            return try image(reference, digest: digest)
        }
        let file = referenceFile(reference)
        guard FileSystem.exists(file) else { throw ImageError.missing(reference: text) }
        return try image(reference, digest: try FileSystem.readText(file))
    }

    /// Every named image, by reference.
    package func list() throws -> [Image] {
        try references().map { try image($0.reference, digest: $0.digest) }
    }

    /// Forgets a name; content and layers stay for whoever uses them.
    package func remove(_ reference: ImageReference) throws {
        try FileSystem.remove(referenceFile(reference))
    }

    func references() throws -> [(reference: ImageReference, digest: String)] {
        try FileSystem.names(in: referencesFolder).filter { !$0.hasSuffix(".tmp") }.map { name in
            let reference = try ImageReference(parsing: name.split(separator: "%2F").joined(separator: "/"))
            return (reference, try FileSystem.readText(referencesFolder + "/" + name))
        }
    }

    func referenceFile(_ reference: ImageReference) -> String {
        referencesFolder + "/" + reference.description.split(separator: "/").joined(separator: "%2F")
    }

    func layerName(_ layerDigest: String) -> String { String(layerDigest.dropFirst("sha256:".count).prefix(32)) }

    private func image(_ reference: ImageReference, digest: String) throws -> Image {
        let manifest = try ImageManifest(try content.read(digest, for: reference.description))
        let document = try ImageConfigurationDocument(
            try content.read(manifest.configuration.digest, for: reference.description))
        return Image(
            reference: reference, digest: digest, configuration: document.configuration, layersFolder: layersFolder,
            layers: document.layerDigests.reversed().map(layerName),
            sizeBytes: manifest.layers.reduce(manifest.configuration.size) { $0 + $1.size })
    }
}
