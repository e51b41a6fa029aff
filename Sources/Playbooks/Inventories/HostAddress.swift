internal import Glibc

/// A host as it is written: a name or address, which may hold ranges, and a port behind it (`web[1:3]:2222`, `[::1]:22`).
struct HostAddress: Hashable {
    var name: String
    var port: Int?

    /// Nil where the text, less its port, is no host name and no address.
    init?(_ text: String) {
        var (name, port) = Self.withoutPort(bracketed: text)
        if case (let inner, let second?) = Self.withoutPort(plain: name) { (name, port) = (inner, second) }
        guard Self.isName(name) || Self.isIPv6(name) else { return nil }
        self.name = name
        self.port = port
    }

    /// Ansible's parts of a host that is written so: what is no address is a name as it stands.
    static func parts(of text: String) -> (name: String, port: Int?) {
        HostAddress(text).map { ($0.name, $0.port) } ?? (text, nil)
    }

    /// The same of one host: what holds ranges is a name as it stands.
    static func partsOfOne(_ text: String) -> (name: String, port: Int?) {
        text.contains("[") && HostAddress(text)?.name.contains("[") != false ? (text, nil) : parts(of: text)
    }

    /// Whether a text is an address of IPv4 or IPv6.
    static func isAddress(_ text: String) -> Bool {
        var address = in6_addr()
        return inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1
    }

    private static func withoutPort(bracketed text: String) -> (String, Int?) {
        guard text.hasPrefix("["), let close = text.lastIndex(of: "]") else { return (text, nil) }
        let (inner, rest) = (text[text.index(after: text.startIndex)..<close], text[text.index(after: close)...])
        guard !inner.isEmpty, rest.first == ":", let port = number(rest.dropFirst()) else { return (text, nil) }
        return (String(inner), port)
    }

    private static func withoutPort(plain text: String) -> (String, Int?) {
        guard let colon = text.lastIndex(of: ":"), let port = number(text[text.index(after: colon)...]) else {
            return (text, nil)
        }
        var isInRange = false
        for character in text[..<colon] {
            if isInRange {
                isInRange = character != "]"
            } else if character == ":" || character == "]" {
                return (text, nil)
            } else {
                isInRange = character == "["
            }
        }
        return isInRange ? (text, nil) : (String(text[..<colon]), port)
    }

    private static func number(_ text: Substring) -> Int? {
        text.allSatisfy { $0.isASCII && $0.isNumber } ? Int(text) : nil
    }

    /// Labels of letters, digits, `_`, `-` and ranges, which neither begin with `-` nor end with `-` or `_`.
    private static func isName(_ text: String) -> Bool {
        guard let plain = withoutRanges(text, digit: "0", allowed: isNameRange) else { return false }
        return plain.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            label.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" } && label.first != "-"
                && !label.isEmpty && label.last != "-" && label.last != "_"
        }
    }

    private static func isIPv6(_ text: String) -> Bool {
        guard let plain = withoutRanges(text, digit: "1", allowed: isHexadecimalRange) else { return false }
        var address = in6_addr()
        return inet_pton(AF_INET6, plain, &address) == 1
    }

    private static func withoutRanges(_ text: String, digit: Character, allowed: ([Substring]) -> Bool) -> String? {
        var plain = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "[") {
            plain += rest[..<open]
            guard let close = rest[open...].firstIndex(of: "]") else { return nil }
            let bounds = rest[rest.index(after: open)..<close].split(separator: ":", omittingEmptySubsequences: false)
            guard (2...3).contains(bounds.count), bounds.dropFirst(2).allSatisfy({ number($0) != nil }),
                allowed(bounds)
            else { return nil }
            plain.append(digit)
            rest = rest[rest.index(after: close)...]
        }
        return plain + rest
    }

    private static func isNameRange(_ bounds: [Substring]) -> Bool {
        bounds.prefix(2).allSatisfy { number($0) != nil }
            || bounds.prefix(2).allSatisfy { $0.utf8.count == 1 && $0.allSatisfy { $0.isASCII && $0.isLetter } }
    }

    private static func isHexadecimalRange(_ bounds: [Substring]) -> Bool {
        bounds.prefix(2).allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isHexDigit) }
    }
}
