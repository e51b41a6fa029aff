internal import Glibc

/// A URL's parts (RFC 3986), as far as a client needs them.
struct HTTPURL: Hashable {
    var scheme: String
    var user: String?
    var password: String?
    /// Without the brackets of an IPv6 address; empty for `file:`.
    var host: String
    var port: Int
    /// Path and query; for `file:` the path.
    var target: String

    init(_ text: String) throws {
        guard let colon = text.firstRange(of: "://") else {
            throw TaskFailure.said("'\(text)' is no URL: it has no scheme such as https://")
        }
        scheme = text[..<colon.lowerBound].lowercased()
        guard ["http", "https", "file"].contains(scheme) else {
            throw TaskFailure.said("'\(text)': only http, https and file URLs can be fetched")
        }
        var rest = text[colon.upperBound...]
        rest = rest.prefix { $0 != "#" }
        var authority = rest.prefix { $0 != "/" && $0 != "?" }
        rest = rest.dropFirst(authority.count)
        if let at = authority.lastIndex(of: "@") {
            let account = authority[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            user = PercentEncoding.decoded(String(account[0]))
            password = account.count > 1 ? PercentEncoding.decoded(String(account[1])) : nil
            authority = authority[authority.index(after: at)...]
        }
        port = scheme == "https" ? 443 : 80
        var name = authority
        if let bracket = authority.lastIndex(of: "]") {
            name = authority[..<bracket].dropFirst()
            authority = authority[authority.index(after: bracket)...]
        } else {
            name = authority.prefix { $0 != ":" }
            authority = authority.dropFirst(name.count)
        }
        if authority.hasPrefix(":"), authority.count > 1 {
            guard let number = Int(authority.dropFirst()), (1...65535).contains(number) else {
                throw TaskFailure.said("'\(text)': '\(authority.dropFirst())' is no port")
            }
            port = number
        }
        host = String(name)
        target =
            scheme == "file" ? PercentEncoding.decoded(String(rest)) : rest.hasPrefix("/") ? String(rest) : "/" + rest
        guard !host.isEmpty || scheme == "file" else { throw TaskFailure.said("'\(text)' names no host") }
    }

    /// Host and port as the `Host` header has them.
    var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (scheme == "https" ? 443 : 80) ? name : "\(name):\(port)"
    }

    /// Without user and password.
    var text: String { "\(scheme)://\(authority)\(target)" }

    /// Where a `Location` leads to.
    func resolving(_ location: String) throws -> HTTPURL {
        if location.contains("://") { return try HTTPURL(location) }
        if location.hasPrefix("//") { return try HTTPURL(scheme + ":" + location) }
        let path = target.prefix { $0 != "?" }
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
        return try HTTPURL("\(scheme)://\(authority)\(location.hasPrefix("/") ? "" : folder)\(location)")
    }

    /// The last part of the path, or `index.html`.
    var fileName: String {
        let path = target.prefix { $0 != "?" }
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        return name.isEmpty ? "index.html" : PercentEncoding.decoded(name)
    }
}

/// Percent signs and two digits for what a URL cannot hold.
enum PercentEncoding {
    static func decoded(_ text: String) -> String {
        guard text.contains("%") else { return text }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A value of a form: spaces become plus signs.
    static func form(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            case UInt8(ascii: " "): bytes.append(UInt8(ascii: "+"))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                bytes += Array(("%" + (digits.count == 1 ? "0" : "") + digits).utf8)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
