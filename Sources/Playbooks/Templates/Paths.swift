internal import Glibc

/// Paths as Python's `os.path` cuts them.
enum Paths {
    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        var head = path[...slash]
        while head.hasSuffix("/"), head.contains(where: { $0 != "/" }) { head.removeLast() }
        return String(head)
    }

    static func splitSuffix(_ path: String) -> (String, String) {
        let name = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        guard let dot = path.lastIndex(of: "."), dot > name, path[name..<dot].contains(where: { $0 != "." }) else {
            return (path, "")
        }
        return (String(path[..<dot]), String(path[dot...]))
    }

    static var current: String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }

    static func joined(_ base: String, _ path: String) -> String {
        path.hasPrefix("/") || base.isEmpty ? path : base.hasSuffix("/") ? base + path : base + "/" + path
    }

    static func normalized(_ path: String) -> String {
        let isAbsolute = path.hasPrefix("/")
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part != ".." || (!isAbsolute && parts.last ?? ".." == "..") {
                parts.append(part)
            } else if !parts.isEmpty {
                parts.removeLast()
            }
        }
        // Two slashes at the start, and only two, stay (POSIX).
        let root = path.hasPrefix("//") && !path.hasPrefix("///") ? "//" : isAbsolute ? "/" : ""
        let result = root + parts.joined(separator: "/")
        return result.isEmpty ? "." : result
    }

    static func relative(_ path: String, to start: String) throws -> String {
        guard !path.isEmpty else { throw TemplateProblemThrown.bad("relpath", "the path is empty") }
        let from = normalized(joined(current, start)).split(separator: "/")
        let to = normalized(joined(current, path)).split(separator: "/")
        let shared = zip(from, to).prefix { $0 == $1 }.count
        let parts = from.dropFirst(shared).map { _ in ".." } + to.dropFirst(shared)
        return parts.isEmpty ? "." : parts.joined(separator: "/")
    }

    static func common(_ paths: [String]) throws -> String {
        guard let first = paths.first, Set(paths.map { $0.hasPrefix("/") }).count == 1 else {
            throw TemplateProblemThrown.bad("commonpath", "it needs paths that are all absolute or all relative")
        }
        var shared = first.split(separator: "/").filter { $0 != "." }
        for path in paths {
            shared = zip(shared, path.split(separator: "/").filter { $0 != "." }).prefix { $0 == $1 }.map(\.0)
        }
        return (first.hasPrefix("/") ? "/" : "") + shared.joined(separator: "/")
    }

    /// The path without symbolic links, as far as it exists.
    static func real(_ path: String) -> String {
        let path = normalized(joined(current, path))
        if let found = realpath(path, nil) {
            defer { free(found) }
            return String(cString: found)
        }
        guard path != "/" else { return path }
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        return joined(real(directory(of: path)), name)
    }

    static func expandedUser(_ path: String) -> String {
        guard path.hasPrefix("~") else { return path }
        let name = path.dropFirst().prefix { $0 != "/" }
        let home: String?
        if name.isEmpty, let value = getenv("HOME") {
            home = String(cString: value)
        } else {
            let entry = name.isEmpty ? getpwuid(getuid()) : getpwnam(String(name))
            home = entry.map { String(cString: $0.pointee.pw_dir) }
        }
        guard let home else { return path }
        let rest = path.dropFirst(1 + name.count)
        let trimmed = Conversions.trimmed(home, of: "/", atStart: false)
        return trimmed.isEmpty && rest.isEmpty ? "/" : trimmed + rest
    }

    /// `$NAME` and `${NAME}`; unknown ones stay.
    static func expandedVariables(_ path: String) -> String {
        var (result, rest) = ("", path[...])
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            let after = rest[rest.index(after: dollar)...]
            let isBraced = after.hasPrefix("{")
            let name =
                isBraced
                ? after.dropFirst().prefix { $0 != "}" }
                : after.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
            let end =
                isBraced
                ? after.index(name.endIndex, offsetBy: 1, limitedBy: after.endIndex) ?? after.endIndex : name.endIndex
            if !name.isEmpty, let value = getenv(String(name)), !isBraced || name.endIndex < after.endIndex {
                result += String(cString: value)
            } else {
                result += "$" + after[..<end]
            }
            rest = after[end...]
        }
        return result + rest
    }

    /// The regular files that a shell's pattern matches.
    static func files(matching pattern: String) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(pattern, 0, nil, &found) == 0 else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { index in
            guard let path = found.gl_pathv[index] else { return nil }
            var status = stat()
            return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? String(cString: path) : nil
        }
    }
}

/// Paths of Windows as Python's `ntpath` cuts them.
enum WindowsPaths {
    static func splitDrive(_ path: String) -> (drive: String, rest: String) {
        let isSlash = { (character: Character) in character == "/" || character == "\\" }
        if path.dropFirst().first == ":" { return (String(path.prefix(2)), String(path.dropFirst(2))) }
        // A share: \\\\server\\share.
        guard path.prefix(2).count == 2, path.prefix(2).allSatisfy(isSlash),
            !path.dropFirst(2).prefix(1).allSatisfy(isSlash)
        else { return ("", path) }
        let parts = path.dropFirst(2).split(maxSplits: 2, omittingEmptySubsequences: false, whereSeparator: isSlash)
        guard parts.count > 1, !parts[1].isEmpty else { return ("", path) }
        let end = parts[1].endIndex
        return (String(path[..<end]), String(path[end...]))
    }

    static func split(_ path: String) -> (head: String, tail: String) {
        let isSlash = { (character: Character) in character == "/" || character == "\\" }
        let (drive, rest) = splitDrive(path)
        let tail = rest.suffix(while: { !isSlash($0) })
        let head = rest.dropLast(tail.count)
        let trimmed = head.reversed().drop(while: isSlash).reversed()
        return (drive + (trimmed.isEmpty ? String(head) : String(trimmed)), String(tail))
    }
}

extension String {
    /// The longest end of which every character fits.
    fileprivate func suffix(while fits: (Character) -> Bool) -> Substring {
        self[(lastIndex { !fits($0) }.map { index(after: $0) } ?? startIndex)...]
    }
}
