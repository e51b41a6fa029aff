/// The rules for names and labels (RFC 1123 and Kubernetes' own).
package enum Names {
    /// A DNS label: lower-case letters, digits and `-`, at most 63.
    package static func isLabel(_ name: String) -> Bool {
        (1...63).contains(name.utf8.count) && isAlphanumeric(name.utf8.first) && isAlphanumeric(name.utf8.last)
            && name.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }

    /// DNS labels joined by dots, at most 253.
    package static func isSubdomain(_ name: String) -> Bool {
        (1...253).contains(name.utf8.count)
            && name.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
            && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy {
                isAlphanumeric($0.utf8.first) && isAlphanumeric($0.utf8.last)
            }
    }

    /// `[prefix/]name` of a label or annotation.
    package static func isQualified(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let last = parts.last else { return false }
        return isWord(last) && !last.isEmpty && (parts.count == 1 || isSubdomain(String(parts[0])))
    }

    /// A label's value: empty, or letters, digits, `-`, `_`, `.`, at most 63.
    package static func isLabelValue(_ value: String) -> Bool { value.isEmpty || isWord(value[...]) }

    private static func isWord(_ word: Substring) -> Bool {
        (1...63).contains(word.utf8.count) && isLetterOrDigit(word.utf8.first) && isLetterOrDigit(word.utf8.last)
            && word.utf8.allSatisfy { isLetterOrDigit($0) || $0 == 0x2D || $0 == 0x5F || $0 == 0x2E }
    }

    private static func isAlphanumeric(_ byte: UInt8?) -> Bool {
        guard let byte else { return false }
        return (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }

    private static func isLetterOrDigit(_ byte: UInt8?) -> Bool {
        isAlphanumeric(byte) || byte.map { (0x41...0x5A).contains($0) } ?? false
    }

    package static let labelRule =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
    package static let subdomainRule =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
    package static let qualifiedRule =
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
    package static let labelValueRule =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
}
