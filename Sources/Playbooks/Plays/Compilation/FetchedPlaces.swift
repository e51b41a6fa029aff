internal import Diagnostics
internal import Glibc
internal import Synchronization

/// Where files of machines may come to lie on the controller: below what the playbook's own text says, and nowhere else.
final class FetchedPlaces: Sendable {
    private let roots = Mutex<Set<String>>([])
    /// Files that are not there yet, or not as they will be, and which the playbook's own text names.
    private let promised = Mutex<Set<String>>([])

    /// Allows a path and what is below it.
    func allow(_ path: String, from folder: String) {
        let root = Self.absolute(path, from: folder)
        roots.withLock { _ = $0.insert(root) }
    }

    /// Whether a file may come from a machine.
    func covers(_ path: String) -> Bool { roots.withLock { $0.contains { path == $0 || path.hasPrefix($0 + "/") } } }

    func promise(_ paths: [String]) { promised.withLock { $0.formUnion(paths) } }
    func isPromised(_ path: String) -> Bool { promised.withLock { $0.contains(path) } }

    /// The place of a machine's file, by the rules of `fetch`.
    func path(
        for source: String, of host: String, in destination: String, isFlat: Bool, from folder: String
    ) throws -> String {
        let base = Self.absolute(destination, from: folder)
        var (path, within) = (base, base)
        if !isFlat {
            within = Self.absolute(host, from: base)
            path = Self.absolute("./" + source, from: within)
        } else if destination.hasSuffix("/") {
            path = Self.absolute("./" + (source.split(separator: "/").last.map(String.init) ?? ""), from: base)
        }
        let isWithin = path.hasPrefix(within + "/") || isFlat && path == base && !destination.hasSuffix("/")
        guard isWithin, covers(path) else {
            throw PlayError.fetchedElsewhere(path)
        }
        return path
    }

    /// Without `.` and `..`; a relative path counts from a folder.
    private static func absolute(_ path: String, from folder: String) -> String {
        var full = path.hasPrefix("/") ? path : folder + "/" + path
        if path == "~" || path.hasPrefix("~/"), let home = getenv("HOME") {
            full = String(cString: home) + path.dropFirst()
        }
        var parts: [Substring] = []
        for part in full.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }
}
