internal import Glibc
internal import Linux

/// Writes a file beside its place and renames it there, so that readers see the old one or the new one, whole.
struct FileReplacement {
    private let path: String
    let temporary: String
    private let file: Int32

    /// The file that lies at the path now gives owner and mode, until attributes say otherwise.
    init(_ path: String) throws {
        self.path = path
        let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        // One name a file: what a killed run left is taken over by the next, which holds the runner's lock.
        temporary = path[..<slash] + "." + path[slash...] + ".clusterfile-new"
        let temporary = temporary
        unlink(temporary)
        file = try SystemCalls.check("open", temporary) {
            open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        }
    }

    func write(_ bytes: [UInt8]) throws { try SystemCalls.writeAll(file, bytes, temporary) }

    /// Gives up: nothing has happened to the path.
    func abandon() {
        close(file)
        unlink(temporary)
    }

    /// Gives the file its attributes, then its place.
    ///
    /// - Parameter other: another name in the same folder, where that is known only now.
    func commit(
        _ attributes: FileAttributes, preservedMode: Int? = nil, to other: String? = nil,
        _ options: Options = Options()
    ) throws {
        let path = other ?? path
        defer { close(file) }
        do {
            try options.validate(temporary, for: path)
            let old = try SystemCalls.status(path)
            if old != nil { try ExtendedAttributes.copy(from: path, to: file) }
            let mask = umask(0o022)
            umask(mask)
            let current = old?.permissions ?? Int(0o666 & ~mask)
            let bits =
                attributes.mode == .preserve
                ? preservedMode ?? current : attributes.mode?.bits(of: current, isDirectory: false) ?? current
            if geteuid() == 0 || attributes.owner != nil || attributes.group != nil {
                try SystemCalls.check("fchown", path) {
                    fchown(
                        file, attributes.owner ?? old?.st_uid ?? uid_t.max, attributes.group ?? old?.st_gid ?? gid_t.max
                    )
                }
            }
            try SystemCalls.check("fchmod", path) { fchmod(file, mode_t(bits)) }
            try move(to: path, options)
        } catch {
            unlink(temporary)
            throw error
        }
    }

    private func move(to path: String, _ options: Options) throws {
        if rename(temporary, path) == 0 { return }
        // A file that is a mount point, as containers have them, cannot be replaced: only written over.
        guard options.mayWriteInPlace, [EBUSY, EPERM, EACCES, ETXTBSY, EXDEV].contains(errno) else {
            throw TaskFailure.system(call: "rename", subject: path, errno: errno)
        }
        let source = try SystemCalls.check("open", temporary) { open(temporary, O_RDONLY | O_CLOEXEC) }
        defer { close(source) }
        let target = try SystemCalls.check("open", path) { open(path, O_WRONLY | O_TRUNC | O_CLOEXEC) }
        defer { close(target) }
        try SystemCalls.readPieces(source, temporary) { try SystemCalls.writeAll(target, Array($0), path) }
        unlink(temporary)
    }

    /// Replaces a file's whole content, keeping owner and mode.
    static func write(
        _ text: String, to path: String, attributes: FileAttributes, _ options: Options = Options()
    ) throws {
        try write(Array(text.utf8), to: path, attributes: attributes, options)
    }

    static func write(
        _ bytes: [UInt8], to path: String, attributes: FileAttributes, _ options: Options = Options()
    ) throws {
        let replacement = try FileReplacement(path)
        do {
            try replacement.write(bytes)
        } catch {
            replacement.abandon()
            throw error
        }
        try replacement.commit(attributes, options)
    }
}

extension FileReplacement {
    /// What a task says about how a file is replaced.
    struct Options {
        /// A command that must succeed with the new file in place of `%s`.
        var validation: String?
        /// Whether the file may be written over where it cannot be replaced (`unsafe_writes`).
        var mayWriteInPlace = false

        init() {}

        init(_ context: ModuleContext) throws {
            mayWriteInPlace = context.flag("unsafe_writes")
            validation = context.text("validate").flatMap { $0.isEmpty ? nil : $0 }
            if let validation, !validation.contains("%s") {
                throw TaskFailure.badArguments(
                    module: context.module,
                    reason: "'validate' has no %s, where the new file's path goes: \(validation)")
            }
        }

        fileprivate func validate(_ file: String, for path: String) throws {
            guard let validation else { return }
            let words = try ShellWords.ofTask(validation).map { $0.replacing("%s", with: file) }
            let result = try Spawn(arguments: words).run()
            guard result.status == 0 else {
                throw TaskFailure.invalidContent(
                    path: path, command: validation, status: result.status,
                    output: result.errorText.isEmpty ? result.outputText : result.errorText)
            }
        }
    }
}
