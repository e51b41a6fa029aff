package import FoundationEssentials
import JSON

/// What a folder of the catalogue holds, as its `manifest.json` says, which was written last.
package struct ImageManifest: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        /// A machine's disk.
        case machine
        /// An archive of a container image, which nodes are given.
        case container
    }

    package var folder: String
    /// The name a Clusterfile uses, such as `debian-12`, or `debian-12-python` for a variant.
    package var name: String
    /// The hash of the recipe it was built from, or of the disk that was added.
    package var key: String
    package var kind: Kind
    /// The path or URL that it was added from; nil for what was built.
    package var source: String?
    /// When the folder was made.
    package var madeAt: Date
    /// In order of name.
    package var files: [ImageFile]
    /// The kernel command line, where it is started without a boot loader.
    package var kernelArguments: String?

    package var bytes: Int { files.reduce(0) { $0 + $1.bytes } }

    /// What is wrong with its files; reads all of them.
    package func damages() -> [ImageError] {
        files.compactMap { file -> ImageError? in
            do throws(ImageError) {
                try file.verify()
                return nil
            } catch {
                return error
            }
        }
    }

    /// The file of that name in the folder, or nil.
    package func file(_ name: String) -> ImageFile? { files.first { $0.path == folder + "/" + name } }
}

extension ImageManifest {
    static let fileName = "manifest.json"

    /// Reads the manifest of a folder.
    package init(folder: String) throws(ImageError) {
        let path = folder + "/" + Self.fileName
        let manifest: JSON
        do {
            manifest = try JSON(parsing: Data(contentsOf: URL(filePath: path)))
            madeAt =
                try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date ?? .distantPast
        } catch {
            throw ImageError.unreadable(path: path, reason: "\(error)")
        }
        guard let base = manifest["name"]?.string, let key = manifest["key"]?.string,
            let files = manifest["files"]?.object, !files.isEmpty
        else { throw ImageError.unreadable(path: path, reason: "one of name, key, files is missing") }
        self.files = []
        for file in files.members {
            guard let sha256 = file.value["sha256"]?.string, let bytes = file.value["bytes"]?.integer else {
                throw ImageError.unreadable(path: path, reason: "it does not say all of \(file.key)")
            }
            self.files.append(ImageFile(path: folder + "/" + file.key, sha256: sha256, bytes: bytes))
        }
        self.files.sort { $0.path < $1.path }
        let variant = manifest["variant"]?.string ?? "default"
        self.folder = folder
        name = variant == "default" ? base : "\(base)-\(variant)"
        self.key = key
        kind = manifest["kind"]?.string == Kind.container.rawValue ? .container : .machine
        source = manifest["source"]?.string
        kernelArguments = manifest["kernelArguments"]?.string
    }

    /// The manifest's text.
    var text: String {
        var value: JSON = ["name": .string(name), "key": .string(key), "kind": .string(kind.rawValue)]
        if let source { value["source"] = .string(source) }
        if let kernelArguments { value["kernelArguments"] = .string(kernelArguments) }
        value["files"] = .object(
            JSONObject(
                files.map { file in
                    (
                        String(file.path.dropFirst(folder.count + 1)),
                        ["sha256": .string(file.sha256), "bytes": JSON(file.bytes)]
                    )
                }))
        return value.prettyText
    }
}
