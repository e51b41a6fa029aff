internal import Crypto

/// The UUID of a cluster: version 5 (RFC 9562, section 5.5) of whoever owns it and its name, so the same on every run.
package func clusterUUID(owner: String, name: String) -> String {
    // This project's own namespace, drawn once.
    let namespace: [UInt8] = [
        0x3f, 0x0b, 0x9d, 0x4c, 0x71, 0x52, 0x4e, 0x0a, 0x9c, 0x86, 0x5d, 0xe2, 0x2a, 0x77, 0x41, 0xb8,
    ]
    return nameBasedUUID(namespace: namespace, name: owner + "\0" + name)
}

/// A UUID of version 5, in lower case.
func nameBasedUUID(namespace: [UInt8], name: String) -> String {
    var bytes = Array(Insecure.SHA1.hash(data: namespace + Array(name.utf8)).prefix(16))
    bytes[6] = bytes[6] & 0x0F | 0x50
    bytes[8] = bytes[8] & 0x3F | 0x80
    var text = ""
    for (position, byte) in bytes.enumerated() {
        if [4, 6, 8, 10].contains(position) { text += "-" }
        if byte < 16 { text += "0" }
        text += String(byte, radix: 16)
    }
    return text
}
