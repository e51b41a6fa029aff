internal import JSON

/// The parts of a URL as Python's `urlsplit` cuts them.
struct URLParts {
    private(set) var scheme = ""
    private(set) var authority = ""
    private(set) var path = ""
    private var query = ""
    private var fragment = ""

    init(_ url: String) throws {
        var rest = Conversions.trimmed(url)[...]
        if let colon = rest.firstIndex(of: ":"), let first = rest.first, first.isASCII, first.isLetter,
            rest[..<colon].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) })
        {
            scheme = rest[..<colon].lowercased()
            rest = rest[rest.index(after: colon)...]
        }
        if rest.hasPrefix("//") {
            rest = rest.dropFirst(2)
            let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
            (authority, rest) = (String(rest[..<end]), rest[end...])
            guard authority.contains("[") == authority.contains("]") else {
                throw TemplateProblemThrown.bad("urlsplit", "'\(authority)' has one bracket only")
            }
        }
        if let hash = rest.firstIndex(of: "#") {
            (fragment, rest) = (String(rest[rest.index(after: hash)...]), rest[..<hash])
        }
        if let mark = rest.firstIndex(of: "?") {
            (query, rest) = (String(rest[rest.index(after: mark)...]), rest[..<mark])
        }
        path = String(rest)
    }

    var values: JSONObject {
        get throws {
            let at = authority.lastIndex(of: "@")
            let user = at.map { authority[..<$0] }
            let host = at.map { authority[authority.index(after: $0)...] } ?? authority[...]
            let (name, port) = Self.hostAndPort(host)
            if let port, !port.isEmpty, UInt16(port) == nil {
                throw TemplateProblemThrown.bad("urlsplit", "'\(port)' is no port")
            }
            let credentials = user?.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            func text(_ value: Substring?) -> JSON { value.map { .string(String($0)) } ?? .null }
            return [
                "fragment": .string(fragment), "hostname": name.isEmpty ? .null : .string(name.lowercased()),
                "netloc": .string(authority), "password": text(credentials?.dropFirst().first), "path": .string(path),
                "port": port.flatMap { Int64($0) }.map { .integer($0) } ?? .null, "query": .string(query),
                "scheme": .string(scheme), "username": text(credentials?.first),
            ]
        }
    }

    private static func hostAndPort(_ host: Substring) -> (Substring, Substring?) {
        if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
            let rest = host[host.index(after: end)...]
            return (host[..<end].dropFirst(), rest.hasPrefix(":") ? rest.dropFirst() : nil)
        }
        guard let colon = host.firstIndex(of: ":") else { return (host, nil) }
        return (host[..<colon], host[host.index(after: colon)...])
    }
}
