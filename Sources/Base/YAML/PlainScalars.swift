package import JSON

/// The value of an unquoted scalar under YAML 1.1 (https://yaml.org/type/), limited to what PyYAML's safe loader resolves.
///
/// Dates stay strings. Sexagesimal integers are left strings: `10:30` is never meant as 630.
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

private func integer(_ text: String) -> JSON? {
    var digits = text.replacing("_", with: "")[...]
    var sign: Int64 = 1
    if digits.first == "-" || digits.first == "+" {
        sign = digits.removeFirst() == "-" ? -1 : 1
    }
    guard let first = digits.utf8.first, (0x30...0x39).contains(first) else { return nil }
    let magnitude: Int64?
    if digits.hasPrefix("0x") {
        magnitude = Int64(digits.dropFirst(2), radix: 16)
    } else if digits.hasPrefix("0b") {
        magnitude = Int64(digits.dropFirst(2), radix: 2)
    } else if digits.hasPrefix("0"), digits.count > 1 {
        magnitude = Int64(digits.dropFirst(), radix: 8)
    } else {
        magnitude = Int64(digits)
    }
    return magnitude.map { .integer(sign * $0) }
}

private func float(_ text: String) -> JSON? {
    // PyYAML wants a dot in a float: `1e3` is a string to it.
    guard text.contains("."), text.utf8.allSatisfy({ "+-.0123456789eE_".utf8.contains($0) }) else { return nil }
    let plain = text.replacing("_", with: "")
    guard plain.utf8.contains(where: { (0x30...0x39).contains($0) }) else { return nil }
    var padded = plain.hasPrefix(".") ? "0" + plain : plain
    if padded.hasSuffix(".") { padded += "0" }
    return Double(padded).map { .number($0) }
}
