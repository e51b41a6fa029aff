internal import Glibc

/// Files of the kernel and the system as facts read them: what cannot be read says nothing.
enum FactFile {
    /// A file's text without white space at its ends; nil where there is none, or nothing in it.
    static func text(_ path: String) -> String? { text(path, at: AT_FDCWD, isShort: false) }

    /// The same of a file in an open folder; one that is short comes whole with one call, as those of /sys do.
    static func text(_ name: String, at folder: Int32, isShort: Bool) -> String? {
        let file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        while bytes.isEmpty || !isShort {
            let piece = [UInt8](unsafeUninitializedCapacity: bytes.isEmpty ? 4096 : 65536) { buffer, count in
                count = max(0, read(file, buffer.baseAddress, buffer.count))
            }
            if piece.isEmpty { break }
            bytes += piece
        }
        guard let first = bytes.firstIndex(where: { !isSpace($0) }), let last = bytes.lastIndex(where: { !isSpace($0) })
        else { return nil }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }

    static func lines(_ path: String) -> [Substring] { text(path).map { lines(of: $0) } ?? [] }

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
}

/// Text is cut by bytes: its separators are ASCII, and graphemes would cost ten times as much.
extension FactFile {
    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    static func lines(of text: String) -> [Substring] {
        text.utf8.split { $0 == 0x0A || $0 == 0x0D }.map { Substring($0) }
    }

    static func words(_ text: some StringProtocol) -> [String] {
        Substring(text).utf8.split(whereSeparator: isSpace).map { String(Substring($0)) }
    }

    static func trimmed(_ text: Substring) -> Substring {
        var bytes = text.utf8[...]
        while let first = bytes.first, isSpace(first) { bytes.removeFirst() }
        while let last = bytes.last, isSpace(last) { bytes.removeLast() }
        return Substring(bytes)
    }

    /// What stands before and behind a separator's first place, trimmed; nil where it is not there.
    static func pair(_ line: Substring, _ separator: Unicode.Scalar) -> (name: Substring, value: Substring)? {
        guard let at = line.utf8.firstIndex(of: UInt8(ascii: separator)) else { return nil }
        return (trimmed(line[..<at]), trimmed(line[line.utf8.index(after: at)...]))
    }

    /// What stands behind `NAME=` or `NAME:` at a line's begin, trimmed.
    static func value(of name: String, in lines: [Substring], separator: Unicode.Scalar) -> String? {
        for line in lines where line.hasPrefix(name) {
            if let pair = pair(line, separator), pair.name == name { return String(pair.value) }
        }
        return nil
    }
}

/// A folder of /sys that is held open, so that its files are found without walking the way to it again.
final class FactFolder {
    private let descriptor: Int32

    init(_ path: String, in parent: FactFolder? = nil) {
        let outer = parent?.descriptor ?? AT_FDCWD
        descriptor = parent != nil && outer < 0 ? -1 : openat(outer, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }

    deinit { if isThere { close(descriptor) } }

    var isThere: Bool { descriptor >= 0 }

    func text(_ name: String) -> String? { isThere ? FactFile.text(name, at: descriptor, isShort: true) : nil }

    /// The names in it, in the kernel's order.
    func names() -> [String] {
        guard isThere, let directory = fdopendir(dup(descriptor)) else { return [] }
        defer { closedir(directory) }
        rewinddir(directory)
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
