import FoundationEssentials

/// The images on this host: one folder an image, `NAME-KEY`, written whole or not at all.
package struct ImageCatalogue: Sendable {
    /// The folder that holds the images' folders.
    package var folder: String

    package init(folder: String) { self.folder = folder }

    /// What every folder says that has a manifest, or why it cannot be read; in order of name, the newest of a name first.
    package func manifests() -> [Result<ImageManifest, ImageError>] {
        // No such folder means that there is no image yet.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().map { folder + "/" + $0 }
            .filter { FileManager.default.fileExists(atPath: $0 + "/" + ImageManifest.fileName) }
            .map { path in Result { () throws(ImageError) in try ImageManifest(folder: path) } }
            .sorted { left, right in
                switch (left, right) {
                case (.success(let left), .success(let right)):
                    (left.name, right.madeAt) < (right.name, left.madeAt)
                case (.success, .failure): true
                case (.failure, _): false
                }
            }
    }

    /// The images that can be read, the newest of each name.
    package func newest() -> [ImageManifest] {
        var seen: Set<String> = []
        // One whose manifest cannot be read is no image: `verify` and `list` say what is there.
        return manifests().compactMap { try? $0.get() }.filter { seen.insert($0.name).inserted }
    }

    /// Every machine image that can be read, by name; of two with one name the one that was made last.
    package func images() -> [String: MachineImage] {
        var images: [String: MachineImage] = [:]
        for manifest in newest() {
            // As above.
            if let image = try? MachineImage(manifest) { images[image.name] = image }
        }
        return images
    }

    /// The machine image of that name.
    package func image(named name: String) throws(ImageError) -> MachineImage {
        let known = images()
        guard let image = known[name] else {
            throw ImageError.unknown(name: name, known: known.keys.sorted(), folder: folder)
        }
        return image
    }

    /// The container image archives (OCI layouts as tar files) that nodes are given, newest build of each name.
    package func containerArchives() -> [String] {
        newest().filter { $0.kind == .container }.compactMap(\.files.first?.path)
    }
}
