internal import JSON

extension FilterTable {
    static let pathFilters: [String: Filter] = [
        "basename": text { value, _ in String(value.split(separator: "/", omittingEmptySubsequences: false).last ?? "")
        },
        "dirname": text { value, _ in Paths.directory(of: value) },
        "splitext": plain { value, _ in
            let (stem, suffix) = Paths.splitSuffix(value.pythonText)
            return .array([.string(stem), .string(suffix)])
        },
        "path_join": plain { value, _ in
            .string(
                (try value.string.map { [$0] } ?? value.elements().map(\.pythonText)).reduce("") { path, part in
                    part.hasPrefix("/") || path.isEmpty ? part : path.hasSuffix("/") ? path + part : path + "/" + part
                })
        },
        "urlsplit": plain { value, arguments in
            let parts = Paths.urlParts(value.pythonText)
            return try arguments.text(0, "query").map { parts[$0] ?? "" } ?? .object(parts)
        },
    ]
}

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

    static func urlParts(_ url: String) -> JSONObject {
        var rest = url[...]
        func take(before separator: String) -> Substring? {
            guard let range = rest.firstRange(of: separator) else { return nil }
            defer { rest = rest[range.upperBound...] }
            return rest[..<range.lowerBound]
        }
        let scheme = take(before: "://") ?? ""
        let fragment = rest.firstIndex(of: "#").map { index -> Substring in
            defer { rest = rest[..<index] }
            return rest[rest.index(after: index)...]
        }
        let query = rest.firstIndex(of: "?").map { index -> Substring in
            defer { rest = rest[..<index] }
            return rest[rest.index(after: index)...]
        }
        let slash = scheme.isEmpty ? rest.startIndex : rest.firstIndex(of: "/") ?? rest.endIndex
        let (authority, path) = (rest[..<slash], rest[slash...])
        let hostAndPort = authority.split(separator: "@").last ?? ""
        let pieces = hostAndPort.split(separator: ":")
        return [
            "scheme": .string(String(scheme)), "netloc": .string(String(authority)), "path": .string(String(path)),
            "query": .string(String(query ?? "")), "fragment": .string(String(fragment ?? "")),
            "hostname": .string(pieces.first.map(String.init) ?? ""),
            "port": pieces.count > 1 ? Int64(pieces[1]).map { .integer($0) } ?? .null : .null,
        ]
    }
}
