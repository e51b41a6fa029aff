/// Secrets' values as RFC 4648 writes them.
enum Base64 {
    /// The bytes, or nil where the text is not Base64.
    static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer: UInt32 = 0
        var bits = 0
        for character in text.utf8 where character != 0x0A && character != 0x0D {
            let value: UInt32
            switch character {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = UInt32(character - 65)
            case UInt8(ascii: "a")...UInt8(ascii: "z"): value = UInt32(character - 71)
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = UInt32(character + 4)
            case UInt8(ascii: "+"): value = 62
            case UInt8(ascii: "/"): value = 63
            case UInt8(ascii: "="): continue
            default: return nil
            }
            buffer = buffer << 6 | value
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
            }
        }
        return bytes
    }
}
