/// Writes the wire format of protocol buffers: as much of it as openapi needs.
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    mutating func string(_ field: Int, _ text: String) {
        key(field, wire: 2)
        varint(text.utf8.count)
        bytes += text.utf8
    }

    mutating func boolean(_ field: Int, _ value: Bool) {
        key(field, wire: 0)
        varint(value ? 1 : 0)
    }

    mutating func message(_ field: Int, _ write: (inout ProtobufWriter) -> Void) {
        var inner = ProtobufWriter()
        write(&inner)
        key(field, wire: 2)
        varint(inner.bytes.count)
        bytes += inner.bytes
    }

    private mutating func key(_ field: Int, wire: Int) { varint(field << 3 | wire) }

    private mutating func varint(_ value: Int) {
        var rest = UInt(value)
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
