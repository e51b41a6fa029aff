internal import Addresses
internal import Diagnostics
internal import YAML

/// Reads one kind of value, and says what it wants where the file has another.
struct Shape<Value: Sendable>: Sendable {
    /// Completes "memory wants …".
    let wants: String
    /// A value for the message that says how to write it.
    let example: String
    let read: @Sendable (YAMLNode) throws(Complaint) -> Value
}

/// Why a value does not fit its shape.
enum Complaint: Error {
    /// It is a list where a size should be, say; the node's kind says the rest.
    case wrongType
    /// It has the right type and another fault; `instead` is what to write, where that can be told.
    case wrongValue(why: String, instead: String?)
}

extension YAMLNode {
    /// The text of a string or a number.
    fileprivate func words() throws(Complaint) -> String {
        switch json {
        case .string(let text): return text
        case .integer, .number: if let text { return text }
        default: break
        }
        throw .wrongType
    }
}

extension Shape<ByteCount> {
    static let size = Shape(wants: "a size such as 3GiB", example: "3GiB") { node throws(Complaint) in
        let text = try node.words()
        if let size = ByteCount(text) { return size }
        if let bare = Int(text) {
            throw .wrongValue(why: "\(bare) has no unit", instead: bare >= 128 ? "\(bare)MiB" : "\(bare)GiB")
        }
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = text.dropFirst(number.count).drop { $0 == " " }
        if let first = unit.first?.uppercased(), "MGT".contains(first), ByteCount("\(number)\(first)iB") != nil {
            throw .wrongValue(
                why: "'\(unit)' is no unit here, only MiB, GiB and TiB are", instead: "\(number)\(first)iB")
        }
        throw .wrongValue(why: "'\(text)' is not a whole number of MiB", instead: nil)
    }
}

extension Shape<Int> {
    static func count(_ wants: String, _ range: ClosedRange<Int>) -> Shape {
        Shape(wants: "\(wants) from \(range.lowerBound) to \(range.upperBound)", example: "2") {
            node throws(Complaint) in
            guard let number = node.json.integer else { throw .wrongType }
            guard range.contains(number) else { throw .wrongValue(why: "this is \(number)", instead: nil) }
            return number
        }
    }
}

extension Shape<String> {
    static func text(_ wants: String, example: String) -> Shape {
        Shape(wants: wants, example: example) { node throws(Complaint) in
            let text = try node.words()
            guard !text.isEmpty else { throw .wrongValue(why: "this is empty", instead: nil) }
            return text
        }
    }

    /// A host name's label (RFC 1123, section 2.1).
    static func hostName(example: String) -> Shape {
        Shape(wants: "a host name such as \(example)", example: example) { node throws(Complaint) in
            if case .bool = node.json, let text = node.text {
                throw .wrongValue(why: "an unquoted \(text) is a boolean in YAML", instead: "\"\(text)\"")
            }
            let text = try node.words()
            if let fault = hostNameFault(text) { throw .wrongValue(why: fault, instead: mendedHostName(text)) }
            return text
        }
    }

    static let userName = Shape(wants: "a user's name such as cluster", example: "cluster") { node throws(Complaint) in
        let text = try node.words()
        guard text != "root" else {
            throw .wrongValue(why: "root cannot be the ordinary user, who may use sudo anyway", instead: nil)
        }
        guard let first = text.utf8.first, isLower(first) || first == UInt8(ascii: "_"), text.utf8.count <= 32,
            text.utf8.allSatisfy({ isLower($0) || isDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") })
        else {
            throw .wrongValue(
                why: "'\(text)' is not lower-case letters, digits, '-' and '_' after a letter, 32 at most", instead: nil
            )
        }
        return text
    }
}

extension Shape<[String]> {
    static let groups = Shape(wants: "a list of group names", example: "[etcd]") { node throws(Complaint) in
        guard let elements = node.sequence else { throw .wrongType }
        var names: [String] = []
        for element in elements {
            guard let name = element.text, let first = name.utf8.first, isLetter(first) || first == UInt8(ascii: "_"),
                name.utf8.allSatisfy({
                    isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
                })
            else {
                throw .wrongValue(
                    why: "\(element.text.map { "'\($0)'" } ?? element.kind) is no group's name", instead: nil)
            }
            if !names.contains(name) { names.append(name) }
        }
        return names
    }
}

extension Shape<MachineRole> {
    static let role = Shape(wants: "'master' or 'node'", example: "node") { node throws(Complaint) in
        let text = try node.words()
        guard let role = MachineRole(rawValue: text) else {
            let meant = nearestName(to: text, among: MachineRole.allCases.map(\.rawValue))
            throw .wrongValue(why: "this is '\(text)'", instead: meant)
        }
        return role
    }
}

extension Shape<IPv4Address> {
    static let address = Shape(wants: "an IPv4 address such as 192.168.56.11", example: "192.168.56.11") {
        node throws(Complaint) in
        let text = try node.words()
        guard let address = IPv4Address(text) else { throw .wrongValue(why: "this is '\(text)'", instead: nil) }
        return address
    }
}

extension Shape<IPv4Network> {
    static let network = Shape(wants: "a range such as 192.168.56.0/24", example: "192.168.56.0/24") {
        node throws(Complaint) in
        let text = try node.words()
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let address = parts.first.flatMap({ IPv4Address($0) }) else {
            throw .wrongValue(why: "this is '\(text)'", instead: nil)
        }
        if parts.count == 1 {
            let network = IPv4Network(containing: address, prefixLength: 24)
            throw .wrongValue(why: "'\(text)' does not say how long its prefix is", instead: "\(network)")
        }
        guard parts.count == 2, let prefix = Int(parts[1]), (8...29).contains(prefix) else {
            throw .wrongValue(why: "the prefix of '\(text)' is not from 8 to 29", instead: nil)
        }
        let network = IPv4Network(containing: address, prefixLength: prefix)
        guard network.address == address else {
            throw .wrongValue(why: "\(address) is an address within that range, not its first", instead: "\(network)")
        }
        return network
    }
}

extension Shape<YAMLNode> {
    static func section(example: String) -> Shape {
        Shape(wants: "keys of its own", example: example) { node throws(Complaint) in
            guard node.mapping != nil else { throw .wrongType }
            return node
        }
    }

    static let variables = Shape(wants: "names with values", example: "{colour: blue}") { node throws(Complaint) in
        guard let entries = node.mapping else { throw .wrongType }
        for entry in entries {
            guard let name = entry.key.text, let first = name.utf8.first, isLetter(first) || first == UInt8(ascii: "_"),
                name.utf8.allSatisfy({ isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") })
            else {
                throw .wrongValue(
                    why: "\(entry.key.text.map { "'\($0)'" } ?? entry.key.kind) is not letters, digits and '_'",
                    instead: nil)
            }
        }
        return node
    }
}

extension Shape<[YAMLNode]> {
    static let sections = Shape(
        wants: "a list of machines, each with a '-' and a name", example: "[{name: kube-node1}]"
    ) {
        node throws(Complaint) in
        guard let elements = node.sequence else { throw .wrongType }
        guard !elements.isEmpty else { throw .wrongValue(why: "this list is empty", instead: nil) }
        return elements
    }
}

/// What keeps a text from being a host name's label, or nil.
func hostNameFault(_ text: String) -> String? {
    if text.isEmpty { return "this is empty" }
    if text.utf8.count > 63 { return "'\(text)' has \(text.utf8.count) characters, and 63 is the most" }
    if text.utf8.contains(where: { !isLower($0) && !isDigit($0) && $0 != UInt8(ascii: "-") }) {
        return "'\(text)' has other characters than lower-case letters, digits and '-'"
    }
    if text.hasPrefix("-") || text.hasSuffix("-") { return "'\(text)' starts or ends with '-'" }
    return nil
}

/// The nearest host name that someone may have meant, or nil where nothing is left of it.
private func mendedHostName(_ text: String) -> String? {
    let mended = text.lowercased().map { $0 == "_" || $0 == " " || $0 == "." ? "-" : String($0) }.joined()
    let trimmed = mended.drop { $0 == "-" }.reversed().drop { $0 == "-" }.reversed()
    let name = String(String(trimmed).prefix(40))
    return hostNameFault(name) == nil ? name : nil
}

private func isLower(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
private func isLetter(_ byte: UInt8) -> Bool { isLower(byte | 0x20) }
