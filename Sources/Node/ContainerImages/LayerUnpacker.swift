import Glibc
import Linux

/// Unpacks a layer's tar stream into a folder that overlayfs takes as a lower layer (OCI image-spec, layer.md).
struct LayerUnpacker: ~Copyable {
    private let folder: ConfinedFolder
    private let name: String
    /// Attributes of folders, set last: what is made in a folder changes its time.
    private var folders: [String: ConfinedFolder.Attributes] = [:]

    init(into path: String, name: String) throws(LinuxError) {
        folder = try ConfinedFolder(path)
        self.name = name
    }

    /// Applies every entry.
    mutating func unpack(_ source: any ByteSource) throws {
        var reader = TarReader(source, name: name)
        while let entry = try reader.next() {
            // The root folder's own entry has nothing to make.
            if entry.path.split(separator: "/").allSatisfy({ $0 == "." }) { continue }
            guard let path = TarEntry.confined(entry.path) else {
                throw ImageError.malformedArchive(path: name, reason: "'\(entry.path)' leads out of the layer")
            }
            if try !whiteout(path) { try make(path, entry, &reader) }
        }
        for (path, attributes) in folders.sorted(by: { $0.key > $1.key }) { try folder.set(attributes, on: path) }
    }

    /// `.wh.NAME` hides NAME of the layers below, `.wh..wh..opq` all that they have in this folder.
    private mutating func whiteout(_ path: String) throws(LinuxError) -> Bool {
        let parts = path.split(separator: "/")
        guard let last = parts.last, last.hasPrefix(".wh.") else { return false }
        let parent = parts.dropLast().joined(separator: "/")
        let nothing = ConfinedFolder.Attributes(mode: 0, user: 0, group: 0, modifiedAt: 0)
        if last == ".wh..wh..opq" {
            guard !parent.isEmpty else { return true }
            var attributes = folders[parent] ?? .init(mode: 0o755, user: 0, group: 0, modifiedAt: 0)
            attributes.extended["trusted.overlay.opaque"] = Array("y".utf8)
            folders[parent] = attributes
            try folder.makeFolder(parent, attributes)
        } else if !last.hasPrefix(".wh..wh.") {
            let hidden = (parent.isEmpty ? "" : parent + "/") + last.dropFirst(4)
            forget(hidden)
            try folder.makeNode(hidden, type: S_IFCHR, major: 0, minor: 0, nothing)
        }
        return true
    }

    private mutating func make(_ path: String, _ entry: TarEntry, _ reader: inout TarReader) throws {
        let attributes = ConfinedFolder.Attributes(
            mode: entry.mode, user: entry.user, group: entry.group, modifiedAt: entry.modifiedAt,
            // Overlayfs's own attributes are this unpacker's to set, never an image's.
            extended: entry.extendedAttributes.filter { !$0.key.hasPrefix("trusted.") })
        if entry.kind != .folder { forget(path) }
        switch entry.kind {
        case .folder:
            var merged = attributes
            if let opaque = folders[path]?.extended["trusted.overlay.opaque"] {
                merged.extended["trusted.overlay.opaque"] = opaque
            }
            folders[path] = merged
            try folder.makeFolder(path, merged)
        case .file:
            let file = try folder.makeFile(path)
            while true {
                let piece = try reader.nextPiece()
                if piece.isEmpty { break }
                try file.write(piece, subject: path)
            }
            try folder.set(attributes, on: path)
        case .symbolicLink:
            try folder.makeLink(path, to: entry.linkTarget, attributes)
        case .hardLink:
            guard let existing = TarEntry.confined(entry.linkTarget) else {
                throw ImageError.malformedArchive(path: name, reason: "'\(entry.linkTarget)' leads out of the layer")
            }
            try folder.makeHardLink(path, to: existing)
        case .characterDevice:
            try folder.makeNode(path, type: S_IFCHR, major: entry.deviceMajor, minor: entry.deviceMinor, attributes)
        case .blockDevice:
            try folder.makeNode(path, type: S_IFBLK, major: entry.deviceMajor, minor: entry.deviceMinor, attributes)
        case .pipe:
            try folder.makeNode(path, type: S_IFIFO, major: 0, minor: 0, attributes)
        }
    }

    /// What takes a folder's place ends that folder.
    private mutating func forget(_ path: String) {
        guard folders.removeValue(forKey: path) != nil else { return }
        for inner in folders.keys where inner.hasPrefix(path + "/") { folders[inner] = nil }
    }
}
