import FoundationEssentials
import Glibc
import Linux

extension ImageCatalogue {
    /// Where a disk image from elsewhere comes from.
    package enum Source: Hashable, Sendable {
        case file(path: String, sha256: String?)
        /// Nobody vouches for what a server sends but its checksum.
        case url(String, sha256: String)

        /// The name that an image of it gets where none is given: the file's, without its ending.
        package var defaultName: String {
            let file = location.split(separator: "/").last ?? "image"
            let stem = [".qcow2", ".img", ".raw"].first(where: file.hasSuffix).map { file.dropLast($0.count) } ?? file
            return String(stem.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
        }

        var location: String {
            switch self {
            case .file(let path, _): path
            case .url(let url, _): url
            }
        }
    }

    /// Takes a disk image into the catalogue under a name, downloading it where it is elsewhere; what is there already
    /// is left as it is. `download` is told of a URL and the file to put it in.
    @discardableResult
    package func add(
        _ source: Source, name: String, download: (_ url: String, _ path: String) async throws -> Void
    ) async throws -> ImageManifest {
        try write(folder) { () throws(LinuxError) in try FileSystem.makeFolder(folder) }
        // Builds hold it too (scripts/image).
        let lock = try FileLock.waiting(for: folder + "/.lock")
        defer { withExtendedLifetime(lock) {} }
        let file: String
        let isOurs: Bool
        switch source {
        case .file(let path, let sha256):
            (file, isOurs) = (path, false)
            guard access(path, R_OK) == 0 else {
                throw ImageError.noSource(path: path, reason: String(cString: strerror(errno)))
            }
            // That another content has the name is told once the file is known to have this one.
            if let sha256, let present = try? present(name, sha256, from: path) { return present }
        case .url(let url, let sha256):
            if let present = try present(name, sha256, from: url) { return present }
            file = try await downloaded(url, sha256, download)
            isOurs = true
        }
        let sha256 = try ImageFile.digest(ofFile: file)
        if case .file(let path, let expected?) = source, sha256 != expected {
            throw ImageError.otherContent(source: path, expected: expected, found: sha256)
        }
        if let present = try present(name, sha256, from: source.location) { return present }
        return try take(file, isOurs: isOurs, sha256: sha256, name: name, from: source.location)
    }

    /// The image of that name, where it has that content.
    private func present(_ name: String, _ sha256: String, from source: String) throws(ImageError) -> ImageManifest? {
        guard let manifest = newest().first(where: { $0.name == name }) else { return nil }
        guard manifest.source != nil, manifest.files.contains(where: { $0.sha256 == sha256 }) else {
            throw ImageError.nameTaken(name, folder: manifest.folder)
        }
        return manifest
    }

    /// A URL's content in a file of the catalogue, which is named after its checksum, so that a download goes on there.
    private func downloaded(
        _ url: String, _ sha256: String, _ download: (String, String) async throws -> Void
    ) async throws -> String {
        let path = downloads + "/" + sha256
        try write(path) { () throws(LinuxError) in try FileSystem.makeFolder(downloads) }
        if !FileSystem.exists(path) { try await download(url, path + Self.unfinished) }
        if FileSystem.exists(path + Self.unfinished) {
            let found = try ImageFile.digest(ofFile: path + Self.unfinished)
            guard found == sha256 else {
                unlink(path + Self.unfinished)
                throw ImageError.otherContent(source: url, expected: sha256, found: found)
            }
            try write(path) { () throws(LinuxError) in try FileSystem.rename(path + Self.unfinished, to: path) }
        }
        return path
    }

    /// Makes the image's folder, whole or not at all.
    private func take(
        _ file: String, isOurs: Bool, sha256: String, name: String, from source: String
    ) throws -> ImageManifest {
        let header = try DiskHeader(ofFile: file)
        if let flaw = header.flaw { throw ImageError.flawed(source: source, reason: flaw) }
        let key = String(sha256.prefix(16))
        let target = folder + "/\(name)-\(key)"
        let work = target + ".adding.\(getpid())"
        let disk = work + "/disk.\(header.format.rawValue)"
        var manifest = ImageManifest(
            folder: work, name: name, key: key, kind: .machine, source: source, madeAt: .now, files: [],
            kernelArguments: nil)
        do {
            try write(work) { () throws(LinuxError) in try FileSystem.makeFolder(work) }
            if isOurs {
                try write(disk) { () throws(LinuxError) in try FileSystem.rename(file, to: disk) }
            } else {
                try FileManager.default.copyItem(atPath: file, toPath: disk)
            }
            chmod(disk, 0o644)
            try write(work) { () throws(LinuxError) in
                let bytes = try FileSystem.information(disk).map { Int($0.st_size) } ?? 0
                manifest.files = [ImageFile(path: disk, sha256: sha256, bytes: bytes)]
                try AtomicFile.write((manifest.text + "\n").utf8, to: work + "/" + ImageManifest.fileName)
                try FileSystem.rename(work, to: target)
            }
        } catch {
            // Whatever is left of it is nobody's; the first error is the one that counts.
            try? FileSystem.remove(work)
            throw error
        }
        return try ImageManifest(folder: target)
    }

    /// Removes an image's folder.
    package func remove(_ manifest: ImageManifest) throws(ImageError) {
        try write(manifest.folder) { () throws(LinuxError) in try FileSystem.remove(manifest.folder) }
    }

    /// Folders of builds and downloads that were cut short; those of a process that goes on are not told apart, so hold
    /// the catalogue's lock.
    package func leftovers() -> [String] {
        // No such folder means that nothing was begun.
        let names = (try? FileSystem.names(in: folder)) ?? []
        return names.filter { $0.contains(".building.") || $0.contains(".adding.") || $0 == "downloads" }
            .map { folder + "/" + $0 }
    }

    /// Removes what `leftovers` found.
    package func remove(leftover path: String) throws(ImageError) {
        try write(path) { () throws(LinuxError) in try FileSystem.remove(path) }
    }

    private var downloads: String { folder + "/downloads" }
    private static let unfinished = ".part"

    private func write(_ path: String, _ body: () throws(LinuxError) -> Void) throws(ImageError) {
        do { try body() } catch { throw ImageError.unwritable(path: path, reason: "\(error)") }
    }
}
