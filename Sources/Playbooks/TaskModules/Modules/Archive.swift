internal import Glibc
internal import JSON

/// An archive and the folder that it belongs into, handled by the machine's `tar` or `unzip`.
struct Archive {
    enum Format: Hashable {
        case tar, gzip, bzip2, xz, zstd, zip

        /// By the first bytes of the file.
        init(_ path: String) throws {
            let file = try SystemCalls.check("open", path) { open(path, O_RDONLY | O_CLOEXEC) }
            defer { close(file) }
            var start = [UInt8](repeating: 0, count: 6)
            let count = read(file, &start, start.count)
            let magic: [([UInt8], Format)] = [
                ([0x50, 0x4B], .zip), ([0x1F, 0x8B], .gzip), (Array("BZh".utf8), .bzip2),
                ([0xFD, 0x37, 0x7A, 0x58, 0x5A], .xz), ([0x28, 0xB5, 0x2F, 0xFD], .zstd),
            ]
            self = magic.first { start.prefix(max(0, count)).starts(with: $0.0) }?.1 ?? .tar
        }

        /// The peer's name for who handles it.
        var handler: String {
            switch self {
            case .tar: "TarArchive"
            case .gzip: "TgzArchive"
            case .bzip2: "TarBzipArchive"
            case .xz: "TarXzArchive"
            case .zstd: "TarZstdArchive"
            case .zip: "ZipArchive"
            }
        }

        fileprivate var option: [String] {
            switch self {
            case .tar, .zip: []
            case .gzip: ["-z"]
            case .bzip2: ["-j"]
            case .xz: ["-J"]
            case .zstd: ["--zstd"]
            }
        }
    }

    let format: Format
    let path: String
    let destination: String
    let context: ModuleContext
    let excludes: [String]
    let includes: [String]

    init(_ path: String, _ destination: String, _ context: ModuleContext) throws {
        (self.path, self.destination, self.context) = (path, destination, context)
        format = try Format(path)
        excludes = (context.texts("exclude") ?? []).map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        includes = context.texts("include") ?? []
        let program = format == .zip ? "unzip" : "tar"
        guard Spawn.finds(program) else { throw TaskFailure.noProgram(program, package: program) }
    }

    private func tar(_ action: String) -> [String] {
        let options = context.texts("extra_opts") ?? []
        var command = ["tar", action, "-C", destination] + format.option
        if !options.isEmpty { command += ["--show-transformed-names"] + options }
        if action != "--list" {
            if let owner = context.text("owner") { command.append("--owner=" + owner) }
            if let group = context.text("group") { command.append("--group=" + group) }
            if context.flag("keep_newer") { command.append("--keep-newer-files") }
        }
        return command + excludes.map { "--exclude=" + $0 } + ["-f", path] + includes
    }

    /// The names of what the archive holds, as far as it is wanted.
    func files() throws -> [String] {
        if format == .zip { return try ZipListing(self).entries.map(\.path) }
        let listed = try context.run(tar("--list"), in: destination)
        guard listed.status == 0 else {
            throw TaskFailure.said("Failed to find handler for \"\(path)\": it is no archive: \(listed.errorText)")
        }
        let names = listed.outputText.lineTexts.map(Self.unquoted).map {
            $0.hasPrefix("/") ? String($0.dropFirst()) : $0
        }
        let wanted = names.filter { name in !excludes.contains { fnmatch($0, name, 0) == 0 } }
        guard !wanted.isEmpty else {
            throw TaskFailure.said("the archive \(path) holds no files; empty archives are not supported")
        }
        return wanted
    }

    /// A name as GNU tar quotes it: backslash escapes, other than ASCII as octal bytes.
    private static func unquoted(_ name: String) -> String { MountTable.unescaped(name) }

    /// What differs between the archive and the folder; empty where nothing does.
    func difference(_ files: [String]) throws -> String {
        if format == .zip { return try ZipListing(self).difference(try FileAttributes(context.arguments)) }
        let compared = try context.run(tar("--diff"), in: destination)
        // The task's own attributes come later; another user than root cannot give files away.
        var signs = ["Mod time differs", "Cannot stat: No such file or directory", "Contents differ", "Size differs"]
        if geteuid() == 0, context.text("owner") == nil { signs.append("Uid differs") }
        if geteuid() == 0, context.text("group") == nil { signs.append("Gid differs") }
        if context.arguments["mode"] == nil { signs.append("Mode differs") }
        signs += ["Invalid owner", "Invalid group"]
        let lines = (compared.outputText + compared.errorText).lineTexts.filter { line in
            signs.contains { line.hasSuffix($0) }
                && !line.hasSuffix(": : Warning: Cannot stat: No such file or directory")
        }
        return lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
    }

    /// Unpacks; gives what the program said.
    func extract() throws -> JSONObject {
        var command = tar("--extract")
        if format == .zip {
            command = ["unzip", "-o"] + (context.texts("extra_opts") ?? []) + [path] + includes
            if !excludes.isEmpty { command += ["-x"] + excludes }
            command += ["-d", destination]
        }
        let said = try context.run(command, in: destination)
        let members: JSONObject = [
            "cmd": JSON(command), "rc": JSON(Int(said.status)), "out": .string(said.outputText),
            "err": .string(said.errorText),
        ]
        guard said.status == 0 else {
            throw TaskFailure.result([
                "msg": .string("failed to unpack \(path) to \(destination): \(said.errorText)"),
                "extract_results": .object(members),
            ])
        }
        return members
    }
}
