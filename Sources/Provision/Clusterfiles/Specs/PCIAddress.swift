/// Where a device of the host's is on its PCI bus: `0000:01:00.0`.
package struct PCIAddress: Hashable, Sendable {
    package let domain: Int
    package let bus: Int
    package let slot: Int
    package let function: Int

    /// Reads `0000:01:00.0` and `01:00.0`, as `lspci` prints them; nil for anything else.
    package init?(_ text: String) {
        var parts = text.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 2 { parts.insert("0000", at: 0) }
        guard parts.count == 3 else { return nil }
        let last = parts[2].split(separator: ".", omittingEmptySubsequences: false)
        guard last.count == 2, let domain = Self.number(parts[0], digits: 4, most: 0xFFFF),
            let bus = Self.number(parts[1], digits: 2, most: 0xFF),
            let slot = Self.number(last[0], digits: 2, most: 0x1F),
            let function = Self.number(last[1], digits: 1, most: 7)
        else { return nil }
        (self.domain, self.bus, self.slot, self.function) = (domain, bus, slot, function)
    }

    private static func number(_ text: Substring, digits: Int, most: Int) -> Int? {
        guard text.utf8.count == digits, text.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let number = Int(text, radix: 16), number <= most
        else { return nil }
        return number
    }

    private func hexadecimal(_ number: Int, digits: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: digits - text.utf8.count) + text
    }
}

extension PCIAddress: CustomStringConvertible {
    package var description: String {
        let (domain, bus) = (hexadecimal(domain, digits: 4), hexadecimal(bus, digits: 2))
        return "\(domain):\(bus):\(hexadecimal(slot, digits: 2)).\(function)"
    }
}
