/// Paths and queries as RFC 3986 writes them.
enum PercentEncoding {
    /// The request's target: its path and query.
    static func target(_ request: ClientRequest) -> String {
        var target = encode(request.path, leaving: "/:@!$&'()*+,;=")
        for (position, parameter) in request.query.enumerated() {
            target += position == 0 ? "?" : "&"
            target += encode(parameter.name, leaving: "") + "=" + encode(parameter.value, leaving: "/:,")
        }
        return target
    }

    static func encode(_ text: String, leaving more: String) -> String {
        let kept = Set(more.utf8)
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.append(byte)
            case _ where kept.contains(byte): encoded.append(byte)
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded.append(contentsOf: ("%" + (digits.count == 1 ? "0" : "") + digits).utf8)
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
