import Glibc
import Linux

extension ImageStore {
    /// Imports every `.tar` archive of a folder that changed since it was last imported; answers the images' names. An
    /// archive that is broken does not keep the others out: its error is thrown after them.
    @discardableResult
    package func importFolder(_ folder: String) throws -> [ImageReference] {
        var imported: [ImageReference] = []
        var failure: (any Error)?
        for name in try FileSystem.names(in: folder) where name.hasSuffix(".tar") {
            let path = folder + "/" + name
            guard let information = try FileSystem.information(path) else { continue }
            let stamp = "\(information.st_size) \(information.st_mtim.tv_sec).\(information.st_mtim.tv_nsec)"
            let stampFile = stampsFolder + "/" + name
            // A stamp that cannot be read only costs another import.
            if (try? FileSystem.readText(stampFile)) == stamp { continue }
            do {
                imported += try importArchive(path)
                try AtomicFile.write(stamp.utf8, to: stampFile)
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return imported
    }

    /// Imports an OCI layout from a tar archive, gzipped or not; answers the images' names.
    @discardableResult
    package func importArchive(_ path: String) throws -> [ImageReference] {
        let lock = try FileLock.waiting(for: root + "/.lock")
        defer { withExtendedLifetime(lock) {} }
        var reader = TarReader(try openArchive(path), name: path)
        var index: [UInt8]?
        while let entry = try reader.next() {
            guard entry.kind == .file, let inner = TarEntry.confined(entry.path) else { continue }
            if inner == "index.json" { index = try reader.wholeContent(limit: 4 << 20) }
            guard let digest = blobDigest(inner), !content.has(digest) else { continue }
            try content.write(digest) { Array(try reader.nextPiece()) }
        }
        guard let index else {
            throw ImageError.malformedArchive(path: path, reason: "it holds no index.json of an OCI layout")
        }
        return try register(index, from: path)
    }

    /// Imports an OCI layout from a folder; answers the images' names.
    @discardableResult
    package func importLayout(_ path: String) throws -> [ImageReference] {
        let lock = try FileLock.waiting(for: root + "/.lock")
        defer { withExtendedLifetime(lock) {} }
        for name in try FileSystem.names(in: path + "/blobs/sha256") {
            guard let digest = blobDigest("blobs/sha256/" + name), !content.has(digest) else { continue }
            let source = try FileBytes(path + "/blobs/sha256/" + name)
            try content.write(digest) { try source.next() }
        }
        return try register(try FileSystem.read(path + "/index.json"), from: path)
    }

    private func openArchive(_ path: String) throws -> any ByteSource {
        let start = try Descriptor(opening: path, O_RDONLY).read(upTo: 2, subject: path)
        let file = try FileBytes(path)
        return start == [0x1f, 0x8b] ? GzipBytes(file, name: path) : file
    }

    private func blobDigest(_ inner: String) -> String? {
        guard inner.hasPrefix("blobs/sha256/") else { return nil }
        let digest = "sha256:" + inner.dropFirst("blobs/sha256/".count)
        return ImageReference.isDigest(digest) ? digest : nil
    }

    /// Unpacks the layers of every image in an index, and then gives the images their names.
    private func register(_ index: [UInt8], from path: String) throws -> [ImageReference] {
        try removeUnfinished()
        var named: [ImageReference] = []
        for descriptor in try ImageIndex(index).manifests {
            let reference = try self.reference(of: descriptor, from: path)
            let manifestDigest = try platformManifest(descriptor, of: reference)
            try unpackLayers(manifestDigest, of: reference)
            try AtomicFile.write(manifestDigest.utf8, to: referenceFile(reference))
            named.append(reference)
        }
        return named
    }

    /// The name in the layout, or of the archive's file with the layout's tag.
    private func reference(of descriptor: ImageDescriptor, from path: String) throws(ImageError) -> ImageReference {
        if let full = descriptor.annotations["io.containerd.image.name"] { return try ImageReference(parsing: full) }
        let name = descriptor.annotations["org.opencontainers.image.ref.name"]
        if let name, name.contains("/") || name.contains(":") { return try ImageReference(parsing: name) }
        let file = path.split(separator: "/").last ?? ""
        let stem = file.split(separator: ".").first.map(String.init) ?? ""
        return try ImageReference(parsing: stem + ":" + (name ?? "latest"))
    }

    private func platformManifest(_ descriptor: ImageDescriptor, of reference: ImageReference) throws -> String {
        guard ImageIndex.isIndex(descriptor.mediaType) else { return descriptor.digest }
        let wanted = "linux/" + (try MachineInformation.read().architecture)
        let inner = try ImageIndex(try content.read(descriptor.digest, for: reference.description))
        guard let found = inner.manifests.first(where: { $0.platform == wanted }) else {
            throw ImageError.noImageForPlatform(reference: reference.description, platform: wanted)
        }
        return found.digest
    }

    private func unpackLayers(_ manifestDigest: String, of reference: ImageReference) throws {
        let manifest = try ImageManifest(try content.read(manifestDigest, for: reference.description))
        let document = try ImageConfigurationDocument(
            try content.read(manifest.configuration.digest, for: reference.description))
        guard document.layerDigests.count == manifest.layers.count, !manifest.layers.isEmpty else {
            throw ImageError.malformedDocument(
                name: "configuration",
                reason: "it has \(document.layerDigests.count) layers, the manifest \(manifest.layers.count)")
        }
        for (layer, layerDigest) in zip(manifest.layers, document.layerDigests) {
            try unpack(layer, as: layerDigest, of: reference)
        }
    }

    private func unpack(_ layer: ImageDescriptor, as layerDigest: String, of reference: ImageReference) throws {
        let target = layersFolder + "/" + layerName(layerDigest)
        if FileSystem.exists(target) { return }
        guard content.has(layer.digest) else {
            throw ImageError.missingBlob(digest: layer.digest, of: reference.description)
        }
        let name = "layer \(layer.digest) of \(reference)"
        let file = try FileBytes(content.path(of: layer.digest))
        let plain: any ByteSource
        if layer.mediaType.hasSuffix("gzip") {
            plain = GzipBytes(file, name: name)
        } else if layer.mediaType.hasSuffix("tar") {
            plain = file
        } else {
            throw ImageError.unsupported(what: "layers of type \(layer.mediaType)", of: reference.description)
        }
        let digesting = DigestingBytes(plain)
        let unfinished = "\(layersFolder)/.unfinished.\(getpid()).\(UInt32.random(in: 0 ... .max))"
        try FileSystem.makeFolder(unfinished)
        do {
            var unpacker = try LayerUnpacker(into: unfinished, name: name)
            try unpacker.unpack(digesting)
            let found = try digesting.digest()
            guard found == layerDigest else { throw ImageError.digestMismatch(expected: layerDigest, found: found) }
            // Content before name: after a power cut a layer is whole or absent.
            try FileSystem.synchronizeFileSystem(unfinished)
            try FileSystem.rename(unfinished, to: target)
            try FileSystem.synchronize(layersFolder)
        } catch {
            // The next import removes what could not be removed now.
            try? FileSystem.remove(unfinished)
            throw error
        }
    }

    /// What an import that was killed left behind; the lock says that none is under way.
    private func removeUnfinished() throws {
        for name in try FileSystem.names(in: layersFolder) where name.hasPrefix(".unfinished.") {
            try FileSystem.remove(layersFolder + "/" + name)
        }
        for name in try FileSystem.names(in: content.folder) where name.hasPrefix(".incoming.") {
            try FileSystem.remove(content.folder + "/" + name)
        }
    }
}
