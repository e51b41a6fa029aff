import Crypto
import FoundationEssentials

/// The images built on this host: one folder an image, `NAME-KEY`, written whole or not at all by its recipe.
package struct ImageCatalogue: Sendable {
    /// The folder that holds the images' folders.
    package var folder: String

    package init(folder: String) { self.folder = folder }

    /// Every image that can be read, by name; of two with one name the one that was built last.
    package func images() -> [String: MachineImage] {
        var newest: [String: (image: MachineImage, built: Date)] = [:]
        for path in folders(having: "manifest.json") {
            // A folder of another kind, or one whose manifest cannot be read, is no image: `image(named:)` says what is there.
            guard let image = try? MachineImage(folder: path) else { continue }
            let built = modified(path + "/manifest.json")
            if let known = newest[image.name], known.built >= built { continue }
            newest[image.name] = (image, built)
        }
        return newest.mapValues(\.image)
    }

    /// The image of that name.
    package func image(named name: String) throws(ImageError) -> MachineImage {
        let known = images()
        guard let image = known[name] else {
            throw ImageError.unknown(name: name, known: known.keys.sorted(), folder: folder)
        }
        return image
    }

    /// The container image archives (OCI layouts as tar files) that nodes are given, newest build of each name.
    package func containerArchives() -> [String] {
        var newest: [String: (path: String, built: Date)] = [:]
        for folder in folders(having: "index.json") {
            let name =
                folder.split(separator: "/").last.map { $0.split(separator: "-").dropLast().joined(separator: "-") }
                ?? ""
            let archive = "\(folder)/\(name).tar"
            guard FileManager.default.fileExists(atPath: archive) else { continue }
            let built = modified(archive)
            if let known = newest[name], known.built >= built { continue }
            newest[name] = (archive, built)
        }
        return newest.sorted { $0.key < $1.key }.map(\.value.path)
    }

    /// Compares a file with its manifest's checksum, reading it once.
    package static func verify(_ file: MachineImage.File) throws(ImageError) {
        let found: String
        do {
            let data = try Data(contentsOf: URL(filePath: file.path), options: .mappedIfSafe)
            found = SHA256.hash(data: data).map { byte in
                (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }.joined()
        } catch {
            throw ImageError.unreadable(path: file.path, reason: "\(error)")
        }
        guard found == file.sha256 else {
            throw ImageError.damaged(file: file.path, expected: file.sha256, found: found)
        }
    }

    private func folders(having file: String) -> [String] {
        // No such folder means that nothing has been built yet.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().map { folder + "/" + $0 }.filter {
            FileManager.default.fileExists(atPath: $0 + "/" + file)
        }
    }

    private func modified(_ path: String) -> Date {
        // A file that vanished meanwhile counts as the oldest.
        (try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date) ?? .distantPast
    }
}
