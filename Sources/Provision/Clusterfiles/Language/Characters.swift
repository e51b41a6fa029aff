func isLower(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
func isLetter(_ byte: UInt8) -> Bool { isLower(byte | 0x20) }

extension String {
    /// Whether it begins with a letter or '_' and goes on with those, digits and what else is named.
    func isWord(also others: String = "") -> Bool {
        guard let first = utf8.first, isLetter(first) || first == UInt8(ascii: "_") else { return false }
        return utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") || others.utf8.contains($0) }
    }
}
