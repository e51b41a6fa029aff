internal import Bundles
internal import Glibc
internal import JSON

/// `unarchive`: what an archive holds lies below a folder.
enum UnarchiveModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        if let path = try context.path("creates"), try SystemCalls.status(path) != nil {
            return .skipped("skipped, since \(path) exists")
        }
        let destination = try context.requiredPath("dest")
        guard try SystemCalls.status(destination)?.kind == S_IFDIR else {
            throw TaskFailure.said("dest '\(destination)' must be an existing dir")
        }
        let source = try ArchiveSource(context)
        let archive = try Archive(source.path, destination, context)
        var result: JSONObject = [
            "dest": .string(destination), "src": .string(source.path), "handler": .string(archive.format.handler),
        ]
        if archive.format != .zip, context.isCheckMode {
            return .skipped("remote module (ansible.legacy.unarchive) does not support check mode when using gtar")
        }
        let files = try archive.files()
        if context.flag("list_files") { result["files"] = JSON(files) }
        let difference = try archive.difference(files)
        let attributes = try FileAttributes(context.arguments)
        guard difference.isEmpty else {
            return Proposal(result, differences: [.init(path: destination, before: "", after: difference)]) {
                let extracted = try archive.extract()
                for path in covered(files, destination) { try attributes.apply(to: path) }
                withExtendedLifetime(source) {}
                return ["extract_results": .object(extracted)]
            }
        }
        // The peer gives attributes to what a zip file brought only where it brought something.
        let differing =
            try archive.format == .zip
            ? []
            : covered(files, destination).compactMap { path in
                try SystemCalls.linkStatus(path).flatMap { status -> (String, TaskEvent.Difference)? in
                    guard var difference = attributes.difference(from: status) else { return nil }
                    difference.path = path
                    return (path, difference)
                }
            }
        guard !differing.isEmpty else { return Proposal(result) }
        return Proposal(result, differences: differing.prefix(10).map(\.1)) {
            for (path, _) in differing { try attributes.apply(to: path) }
            return [:]
        }
    }

    /// The files of an archive where they lie once it is unpacked, and the uppermost folders that they made.
    private static func covered(_ files: [String], _ destination: String) -> [String] {
        var paths: [String] = []
        var seen: Set<String> = []
        for file in files {
            let top = file.contains("/") ? file.split(separator: "/").first.map(String.init) : nil
            for name in [file, top].compactMap({ $0 }) where seen.insert(name).inserted {
                paths.append(destination + "/" + name)
            }
        }
        return paths
    }
}

/// An archive's file on this machine; one that came from elsewhere goes with it.
final class ArchiveSource {
    let path: String
    private let isTemporary: Bool

    init(_ context: ModuleContext) throws {
        let source = try context.requiredPath("src")
        let isRemote = context.arguments["copy"]?.bool.map { !$0 } ?? context.flag("remote_src")
        if isRemote, !source.contains("://") {
            (path, isTemporary) = (source, false)
            guard let status = try SystemCalls.status(source) else {
                throw TaskFailure.said("Source '\(source)' does not exist")
            }
            if status.st_size == 0 { throw TaskFailure.said("Invalid archive '\(source)', the file is 0 bytes") }
            return
        }
        var pattern = Array("/tmp/.clusterfile-archive-XXXXXX".utf8CString)
        let file = mkstemp(&pattern)
        path = String(decoding: pattern.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        isTemporary = true
        guard file >= 0 else { throw TaskFailure.system(call: "open", subject: path, errno: errno) }
        defer { close(file) }
        _ = fcntl(file, F_SETFD, FD_CLOEXEC)
        let path = path
        if isRemote {
            try HTTPClient(context).download(source) { try SystemCalls.writeAll(file, $0, path) }
        } else {
            guard let reference = context.files[context.text("src") ?? source] else {
                throw TaskFailure.fileNotSent(source)
            }
            try context.fetch(reference) { try SystemCalls.writeAll(file, $0, path) }
        }
    }

    deinit { if isTemporary { unlink(path) } }
}
