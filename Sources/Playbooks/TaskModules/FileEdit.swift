internal import Bundles
internal import Glibc
internal import JSON

/// A file's new text, as the modules that edit files propose it: with attributes, backup and validation.
struct FileEdit {
    let path: String
    /// Nil where there is no file yet.
    let before: TextFile?
    var after: String
    var result = JSONObject()
    var message = ""
    /// The member of the result that names the backup.
    var backupMember = "backup_file"

    /// - Parameter path: links are followed, so that what they lead to changes.
    init(_ path: String) throws {
        self.path = path
        before = try TextFile(reading: path)
        after = before?.text ?? ""
    }

    func proposal(_ context: ModuleContext) throws -> Proposal {
        let target = try SystemCalls.resolvingLinks(path)
        let attributes = try FileAttributes(context.arguments)
        let options = try FileReplacement.Options(context)
        var (differences, message) = ([TaskEvent.Difference](), message)
        let isWritten = before.map { $0.text != after } ?? true
        if isWritten { differences.append(.init(path: path, before: before?.text ?? "", after: after)) }
        if let current = try SystemCalls.status(target), var difference = attributes.difference(from: current) {
            difference.path = path
            differences.append(difference)
            message += (message.isEmpty ? "" : " and ") + "ownership, perms or SE linux context changed"
        }
        let result = result.merging(["msg": .string(message)])
        guard !differences.isEmpty else { return Proposal(result) }
        return Proposal(result, differences: differences) {
            guard isWritten else {
                try attributes.apply(to: target)
                return [:]
            }
            var members = JSONObject()
            if before != nil, context.flag("backup") {
                members[backupMember] = .string(try Backup.make(of: target, named: path))
            }
            try Self.makeFolder(of: target)
            try FileReplacement.write(
                (before ?? TextFile()).bytes(of: after), to: target, attributes: attributes, options)
            return members
        }
    }

    private static func makeFolder(of path: String) throws {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
        let folder = String(path[..<slash])
        if try SystemCalls.status(folder) == nil { try FileModule.make(folder, try FileAttributes([:])) }
    }
}

/// Copies of what a task replaces, where it asks for them.
enum Backup {
    /// Copies a file beside itself, with all its attributes; gives the copy's path, which names the time.
    static func make(of file: String, named path: String? = nil) throws -> String {
        let copy = "\(path ?? file).\(getpid()).\(LocalTime.text("%Y-%m-%d@%H:%M:%S"))~"
        try Spawn.check(["cp", "--archive", "--no-target-directory", "--", file, copy])
        return copy
    }
}

/// The machine's own time of day.
enum LocalTime {
    /// The time now, or some seconds since 1970, in strftime(3)'s format.
    static func text(_ format: String, _ seconds: time_t? = nil) -> String {
        var time = seconds ?? Glibc.time(nil)
        var parts = tm()
        localtime_r(&time, &parts)
        var buffer = [CChar](repeating: 0, count: 128)
        let count = strftime(&buffer, buffer.count, format, &parts)
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// A day, counted from 1970, as `2024-02-29`.
    static func day(_ number: Int) -> String {
        var (time, parts) = (number * 86_400, tm())
        gmtime_r(&time, &parts)
        func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + String(number) }
        return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
    }
}
