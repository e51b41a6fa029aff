internal import Bundles
internal import Glibc
internal import JSON
internal import Templates

/// `copy`: a file of the controller, given content, or a file of the machine itself, to a place.
enum CopyModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        var destination = try context.required("dest")
        let source = context.text("src")
        if let proposal = try FolderCopy.propose(context, to: destination) { return proposal }
        let isFolder = destination.hasSuffix("/")
        if let source, try destination.hasSuffix("/") || SystemCalls.status(destination)?.kind == S_IFDIR {
            destination +=
                (destination.hasSuffix("/") ? "" : "/") + (source.split(separator: "/").last.map(String.init) ?? "")
        }
        return try place(try content(context, source), at: destination, context, makesFolders: isFolder)
    }

    private static func content(_ context: ModuleContext, _ source: String?) throws -> FileContent {
        if let given = context.arguments["content"] {
            guard source == nil else {
                throw TaskFailure.badArguments(module: "copy", reason: "it takes 'src' or 'content', not both")
            }
            let isText = given.array == nil && given.object == nil
            return .bytes(Array((isText ? given.pythonText : given.pythonJSON).utf8))
        }
        guard let source else { throw TaskFailure.badArguments(module: "copy", reason: "it needs 'src' or 'content'") }
        if context.flag("remote_src") {
            guard let status = try SystemCalls.status(source) else { throw TaskFailure.notFound(source) }
            guard status.kind == S_IFREG else {
                throw TaskFailure.pathIsOther(path: source, is: status.kindText, wanted: "a file")
            }
            return .local(source, status)
        }
        guard let file = context.files[source] else { throw TaskFailure.fileNotSent(source) }
        return file.text.map { .bytes(Array($0.utf8), mode: file.mode) } ?? .controller(file)
    }

    /// Puts content at a place where it is not there yet, and gives it its attributes.
    ///
    /// Folders on the way there are made where that is wanted, with the mode that the task has for them.
    static func place(
        _ content: FileContent, at destination: String, _ context: ModuleContext, makesFolders: Bool = false
    ) throws -> Proposal {
        var content = content
        let attributes = try FileAttributes(context.arguments)
        let current = try SystemCalls.linkStatus(destination).flatMap {
            try $0.kind == S_IFLNK ? SystemCalls.status(destination) : $0
        }
        if let current, current.kind != S_IFREG {
            throw TaskFailure.pathIsOther(path: destination, is: current.kindText, wanted: "a file")
        }
        let digest = try content.digest(context)
        if let wanted = context.text("checksum"), case .bytes(let bytes, _) = try content.whole(context),
            FileDigests.checksum(bytes, "sha1") != wanted.lowercased()
        {
            throw TaskFailure.said("Copied file does not match the expected checksum. Transfer failed.")
        }
        var result: JSONObject = ["dest": .string(destination), "path": .string(destination)]
        if let source = context.text("src") { result["src"] = .string(source) }
        if let current {
            let isSame =
                try Int(current.st_size) == content.size && context.digests.digest(destination, current) == digest
            if isSame || !context.flag("force", default: true) {
                result = result.merging(try checksums(destination, context))
                if attributes.mode == .preserve, let mode = content.mode {
                    var exact = attributes
                    exact.mode = .octal(mode)
                    return FileModule.change(of: destination, current, exact, result: result)
                }
                return FileModule.change(of: destination, current, attributes, result: result)
            }
        }
        let folder = destination.prefix(upTo: destination.lastIndex(of: "/") ?? destination.startIndex)
        guard try makesFolders || folder.isEmpty || SystemCalls.status(String(folder))?.kind == S_IFDIR else {
            throw TaskFailure.notFound(String(folder))
        }
        if case .controller(let file) = content, file.size <= largestDifference {
            content = try content.fetched(file, context)
        }
        return Proposal(result, differences: try differences(content, destination, current)) { [content] in
            if makesFolders { try FolderCopy.make(String(folder), context) }
            let backup = try context.flag("backup") && current != nil ? Backup.make(of: destination) : nil
            try write(content, destination, attributes, context)
            try context.digests.remember(destination, digest: digest)
            let checksums = try checksums(destination, context)
            return backup.map { checksums.merging(["backup_file": .string($0)]) } ?? checksums
        }
    }

    /// The checksums that the peer gives, where anything may look at them.
    private static func checksums(_ path: String, _ context: ModuleContext) throws -> JSONObject {
        guard context.isObserved else { return [:] }
        return [
            "checksum": .string(try FileDigests.checksum(path, "sha1")),
            "md5sum": .string(try FileDigests.checksum(path, "md5")),
        ]
    }

    private static func write(
        _ content: FileContent, _ path: String, _ attributes: FileAttributes, _ context: ModuleContext
    ) throws {
        // What a link leads to is what changes, as with any editor.
        let isLink = try SystemCalls.linkStatus(path)?.kind == S_IFLNK
        let replacement = try FileReplacement(isLink ? SystemCalls.resolvingLinks(path) : path)
        do {
            switch content {
            case .bytes(let bytes, _): try replacement.write(bytes)
            case .controller(let file): try context.fetch(file) { try replacement.write($0) }
            case .local(let source, _):
                let file = try SystemCalls.check("open", source) { open(source, O_RDONLY | O_CLOEXEC) }
                defer { close(file) }
                try SystemCalls.readPieces(file, source) { try replacement.write(Array($0)) }
            }
        } catch {
            replacement.abandon()
            throw error
        }
        try replacement.commit(
            attributes, preservedMode: content.mode, try FileReplacement.Options(context))
    }

    private static let largestDifference = 32 << 10

    private static func differences(
        _ content: FileContent, _ path: String, _ current: stat?
    ) throws -> [TaskEvent.Difference] {
        guard case .bytes(let after, _) = content, after.count <= largestDifference,
            Int(current?.st_size ?? 0) <= largestDifference
        else {
            let before = current.map { "\($0.st_size) bytes\n" } ?? "absent\n"
            return [.init(path: path, before: before, after: "\(content.size) bytes\n")]
        }
        let before = current == nil ? [] : try SystemCalls.read(path)
        guard let old = String(validating: before, as: UTF8.self), let new = String(validating: after, as: UTF8.self)
        else {
            return [.init(path: path, before: "\(before.count) bytes\n", after: "\(after.count) bytes\n")]
        }
        return [.init(path: path, before: old, after: new)]
    }
}

/// What is to be in a file, and where it comes from.
enum FileContent {
    case bytes([UInt8], mode: Int? = nil)
    case controller(FileReference)
    case local(String, stat)

    var size: Int {
        switch self {
        case .bytes(let bytes, _): bytes.count
        case .controller(let file): file.size
        case .local(_, let status): Int(status.st_size)
        }
    }

    /// The mode of the source, for `mode: preserve`.
    var mode: Int? {
        switch self {
        case .bytes(_, let mode): mode
        case .controller(let file): file.mode
        case .local(_, let status): status.permissions
        }
    }

    /// A small file of the controller, held whole, so that its difference can be shown.
    func fetched(_ file: FileReference, _ context: ModuleContext) throws -> FileContent {
        var bytes: [UInt8] = []
        try context.fetch(file) { bytes += $0 }
        return .bytes(bytes, mode: file.mode)
    }

    /// Held in memory, wherever it is.
    func whole(_ context: ModuleContext) throws -> FileContent {
        switch self {
        case .bytes: self
        case .controller(let file): try fetched(file, context)
        case .local(let path, let status): .bytes(try SystemCalls.read(path), mode: status.permissions)
        }
    }

    func digest(_ context: ModuleContext) throws -> String {
        switch self {
        case .bytes(let bytes, _): FileDigests.digest(bytes)
        case .controller(let file): file.digest
        case .local(let path, let status): try context.digests.digest(path, status)
        }
    }
}

/// `template`: a file of the controller, rendered with this machine's variables.
enum TemplateModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let source = try context.required("src")
        guard let file = context.files[source], let text = file.text else { throw TaskFailure.fileNotSent(source) }
        var destination = try context.required("dest")
        if try destination.hasSuffix("/") || SystemCalls.status(destination)?.kind == S_IFDIR {
            destination +=
                (destination.hasSuffix("/") ? "" : "/") + (source.split(separator: "/").last.map(String.init) ?? "")
        }
        let rendered = try context.render(text, source, context.arguments)
        return try CopyModule.place(.bytes(Array(rendered.utf8), mode: file.mode), at: destination, context)
    }
}
