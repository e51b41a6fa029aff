internal import Glibc
internal import JSON

/// `tempfile`: a new file or folder under a name that nobody has.
enum TempFileModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        if context.isCheckMode { return .skipped("remote module (tempfile) does not support check mode") }
        let folder = try context.path("path") ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        let suffix = context.text("suffix") ?? ""
        let pattern = folder + "/" + (context.text("prefix") ?? "ansible.") + "XXXXXX"
        let isFolder = context.text("state") == "directory"
        return Proposal {
            for _ in 0..<100 {
                let path = String(pattern.dropLast(6)) + randomName() + suffix
                let made =
                    isFolder
                    ? mkdir(path, 0o700) : open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
                if made >= 0 {
                    if !isFolder { close(made) }
                    return ["path": .string(path)]
                }
                guard errno == EEXIST else {
                    throw TaskFailure.system(call: isFolder ? "mkdir" : "open", subject: path, errno: errno)
                }
            }
            throw TaskFailure.system(call: "open", subject: pattern, errno: EEXIST)
        }
    }

    private static func randomName() -> String {
        let letters = "abcdefghijklmnopqrstuvwxyz0123456789_"
        return String((0..<8).compactMap { _ in letters.randomElement() })
    }
}
