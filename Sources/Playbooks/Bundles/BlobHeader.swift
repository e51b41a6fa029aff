/// The header of one member of a blob archive: 512 bytes in POSIX's ustar format.
package struct BlobHeader: Hashable, Sendable {
    /// The serial number of the disk that holds a blob archive.
    package static let diskSerial = "blobs"
    package static let length = 512

    /// Hexadecimal SHA-256 of the content, which is the member's name.
    package var digest: String
    package var size: Int

    package init(digest: String, size: Int) {
        self.digest = digest
        self.size = size
    }

    /// How many zeros follow a content, up to the next block.
    package static func padding(of size: Int) -> Int { (length - size % length) % length }

    package var bytes: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.length)
        func put(_ text: String, at offset: Int) {
            bytes.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
        }
        func octal(_ number: Int, digits: Int) -> String {
            let text = String(number, radix: 8)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        put(digest, at: 0)
        put("0000444", at: 100)
        put("0000000", at: 108)
        put("0000000", at: 116)
        put(octal(size, digits: 11), at: 124)
        put("00000000000", at: 136)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar", at: 257)
        put("00", at: 263)
        put(octal(bytes.reduce(0) { $0 + Int($1) }, digits: 6), at: 148)
        bytes[154] = 0
        return bytes
    }

    /// Nil for a block that is no header of a blob, such as the zeros at the end.
    package init?(_ block: [UInt8]) {
        guard block.count == Self.length, block[257..<262].elementsEqual("ustar".utf8) else { return nil }
        let name = String(decoding: block[0..<100].prefix { $0 != 0 }, as: UTF8.self)
        guard name.utf8.count == 64, let size = Int(String(decoding: block[124..<135], as: UTF8.self), radix: 8) else {
            return nil
        }
        self.init(digest: name, size: size)
    }
}
