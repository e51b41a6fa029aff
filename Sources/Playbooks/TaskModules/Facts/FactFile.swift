internal import Glibc

/// Files of the kernel and the system as facts read them: what cannot be read says nothing.
enum FactFile {
    /// A file's text without white space at its ends; nil where there is none, or nothing in it.
    static func text(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        while true {
            let piece = [UInt8](unsafeUninitializedCapacity: bytes.isEmpty ? 4096 : 65536) { buffer, count in
                count = max(0, read(file, buffer.baseAddress, buffer.count))
            }
            if piece.isEmpty { break }
            bytes += piece
        }
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        guard let first = bytes.firstIndex(where: { !isSpace($0) }), let last = bytes.lastIndex(where: { !isSpace($0) })
        else { return nil }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }

    static func lines(_ path: String) -> [Substring] { text(path)?.split(whereSeparator: \.isNewline) ?? [] }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The names in a folder, sorted; none where there is no such folder.
    static func names(_ path: String) -> [String] { (try? SystemCalls.entries(path)) ?? [] }

    /// What a link leads to, without the folders before it; nil where there is no link.
    static func linkName(_ path: String) -> String? {
        (try? SystemCalls.readLink(path)).flatMap { $0.split(separator: "/").last.map(String.init) }
    }

    /// A path without links in it; nil where it leads nowhere.
    static func resolved(_ path: String) -> String? {
        guard let pointer = realpath(path, nil) else { return nil }
        defer { free(pointer) }
        return String(cString: pointer)
    }

    /// Whether a program of that name is in one of the folders that Ansible looks into.
    static func hasProgram(_ name: String) -> Bool {
        ["/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/", "/usr/local/sbin/", "/usr/local/bin/"].contains {
            access($0 + name, X_OK) == 0
        }
    }

    static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0.isWhitespace }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }

    /// What stands behind `NAME=` or `NAME:` at a line's begin, trimmed.
    static func value(of name: String, in lines: [Substring], separator: Character) -> String? {
        for line in lines where line.hasPrefix(name) {
            let rest = trimmed(line.dropFirst(name.count))
            if rest.first == separator { return String(trimmed(rest.dropFirst())) }
        }
        return nil
    }
}
