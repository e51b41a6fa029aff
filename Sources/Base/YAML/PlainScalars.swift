package import JSON

/// The value of an unquoted scalar under YAML 1.1 (https://yaml.org/type/), limited to what PyYAML's safe loader resolves.
///
/// Dates stay strings, as do infinities, which JSON cannot say, and numbers beyond 64 bits.
/// Sexagesimal numbers do too: `10:30` is never meant as 630.
package func resolvePlainScalar(_ text: String) -> JSON {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": return .bool(true)
    case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": return .bool(false)
    default: break
    }
    guard let first = text.utf8.first, first < 0x80, "+-.0123456789".utf8.contains(first) else { return .string(text) }
    return integer(text) ?? float(text) ?? .string(text)
}

/// `12`, `-1_000`, `0x1F`, `0b101`, and `0644`, which is octal.
private func integer(_ text: String) -> JSON? {
    var rest = text[...]
    let sign = takeSign(&rest)
    let (digits, radix): (Substring, Int) =
        switch rest {
        case _ where rest.hasPrefix("0x"): (rest.dropFirst(2), 16)
        case _ where rest.hasPrefix("0b"): (rest.dropFirst(2), 2)
        case _ where rest.hasPrefix("0") && rest.utf8.count > 1: (rest, 8)
        default: (rest, 10)
        }
    if radix == 10, !isDigit(digits.utf8.first) { return nil }
    guard digits.utf8.allSatisfy({ $0 == UInt8(ascii: "_") || isDigit($0) || radix == 16 && isHexLetter($0) }) else {
        return nil
    }
    return Int64(sign + digits.filter { $0 != "_" }, radix: radix).map { .integer($0) }
}

/// `1.5`, `-1.`, `.5`, `1.5e+3`: the dot must be there, and the sign of the exponent.
private func float(_ text: String) -> JSON? {
    var rest = text[...]
    let sign = takeSign(&rest)
    let whole = take(&rest) { isDigit($0) || $0 == UInt8(ascii: "_") }
    guard rest.utf8.first == UInt8(ascii: ".") else { return nil }
    rest.removeFirst()
    let fraction = take(&rest) { isDigit($0) || $0 == UInt8(ascii: "_") }
    if whole.isEmpty {
        guard sign.isEmpty, isDigit(fraction.utf8.first) else { return nil }
    } else if !isDigit(whole.utf8.first) {
        return nil
    }
    var exponent = ""
    if let letter = rest.utf8.first, letter | 0x20 == UInt8(ascii: "e") {
        rest.removeFirst()
        guard let mark = rest.utf8.first, mark == UInt8(ascii: "+") || mark == UInt8(ascii: "-") else { return nil }
        let start = rest
        rest.removeFirst()
        guard !take(&rest, while: isDigit).isEmpty else { return nil }
        exponent = "e" + start[..<rest.startIndex]
    }
    guard rest.isEmpty else { return nil }
    let digits = "\(sign)0\(whole).\(fraction)0\(exponent)".filter { $0 != "_" }
    return Double(digits).flatMap { $0.isFinite ? .number($0) : nil }
}

private func takeSign(_ rest: inout Substring) -> String {
    guard let first = rest.utf8.first, first == UInt8(ascii: "+") || first == UInt8(ascii: "-") else { return "" }
    return String(rest.removeFirst())
}

private func take(_ rest: inout Substring, while belongs: (UInt8) -> Bool) -> Substring {
    let end = rest.utf8.firstIndex { !belongs($0) } ?? rest.endIndex
    defer { rest = rest[end...] }
    return rest[..<end]
}

private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

private func isDigit(_ byte: UInt8?) -> Bool { byte.map(isDigit) ?? false }

private func isHexLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20) }
