internal import Diagnostics
internal import JSON
internal import YAML

/// The name of a machine, or of several: in `node-{}` the braces stand for the number, in `node-{00}` for one of two digits.
struct NamePattern: Hashable, Sendable {
    let text: String
    private let before: String
    private let after: String
    /// How many digits the number has at least; nil where no braces say where it goes.
    let digits: Int?

    init(_ text: String) {
        self.text = text
        guard let open = text.firstIndex(of: "{"), let close = text[open...].firstIndex(of: "}") else {
            (before, after, digits) = (text, "", nil)
            return
        }
        let zeros = text[text.index(after: open)..<close]
        guard zeros.allSatisfy({ $0 == "0" }) else {
            (before, after, digits) = (text, "", nil)
            return
        }
        (before, after, digits) = (
            String(text[..<open]), String(text[text.index(after: close)...]), max(1, zeros.count)
        )
    }

    /// The name with a number; without braces the number ends it.
    func name(_ number: Int) -> String {
        let text = String(number)
        return before + String(repeating: "0", count: max(0, (digits ?? 1) - text.utf8.count)) + text + after
    }
}

extension Shape<String> {
    /// A host name's label (RFC 1123, section 2.1).
    static func hostName(_ what: String = "a host name", example: String) -> Shape {
        Shape(
            wants: "\(what) such as \(example)", example: example,
            form: .text(pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", examples: [example, "a", "web-2"])
        ) { node, _ throws(Complaint) in
            let text = try hostNameWords(node)
            if let fault = hostNameFault(text) { throw .wrongValue(why: fault, instead: mendedHostName(text)) }
            return text
        }
    }

    /// Labels with dots between them.
    static let dnsName = Shape(
        wants: "a DNS name such as registry.example", example: "registry.example",
        form: .text(
            pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?([.][a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$",
            examples: ["registry.example", "api"])
    ) { node, _ throws(Complaint) in
        let text = try hostNameWords(node)
        for label in text.split(separator: ".", omittingEmptySubsequences: false) {
            if let fault = hostNameFault(String(label)) {
                throw .wrongValue(why: label.isEmpty ? "'\(text)' has an empty part" : fault, instead: nil)
            }
        }
        guard text.utf8.count <= 253 else { throw .wrongValue(why: "it is longer than 253 characters", instead: nil) }
        return text
    }
}

extension Shape<NamePattern> {
    static let machineName = Shape(
        wants: "a host name such as kube-node", example: "kube-node",
        form: .text(
            pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$|^[a-z0-9-]*\\{0*\\}[a-z0-9-]*$",
            examples: ["kube-node", "a"])
    ) { node, _ throws(Complaint) in
        let pattern = NamePattern(try hostNameWords(node))
        let name = pattern.digits == nil ? pattern.text : pattern.name(1)
        if let fault = hostNameFault(name) {
            throw .wrongValue(why: fault, instead: pattern.digits == nil ? mendedHostName(name) : nil)
        }
        return pattern
    }
}

/// The known word that was most likely meant.
func nearestWord(_ typed: String, among known: [String]) -> String? { nearestName(to: typed, among: known) }

private func hostNameWords(_ node: YAMLNode) throws(Complaint) -> String {
    if case .bool = node.json, let text = node.text {
        throw .wrongValue(why: "an unquoted \(text) is a boolean in YAML", instead: "\"\(text)\"")
    }
    return try node.words()
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
func mendedHostName(_ text: String) -> String? {
    let mended = text.lowercased().map { $0 == "_" || $0 == " " || $0 == "." ? "-" : String($0) }.joined()
    let trimmed = mended.drop { $0 == "-" }.reversed().drop { $0 == "-" }.reversed()
    let name = String(String(trimmed).prefix(40))
    return hostNameFault(name) == nil ? name : nil
}
