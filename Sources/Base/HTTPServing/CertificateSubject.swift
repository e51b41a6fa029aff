/// Whom a certificate names: the common name and organizations of its subject.
package struct CertificateSubject: Hashable, Sendable {
    package var commonName: String
    package var organizations: [String]

    package init(commonName: String, organizations: [String]) {
        self.commonName = commonName
        self.organizations = organizations
    }

    /// Reads the subject of a certificate in DER (RFC 5280); nil where it is none or names nobody.
    package init?(der: [UInt8]) {
        guard let certificate = DERElement(der[...]), let body = certificate.children.first else { return nil }
        var fields = body.children[...]
        if fields.first?.tag == 0xA0 { fields = fields.dropFirst() }  // [0] version
        let position = fields.startIndex + 4  // serial, algorithm, issuer, validity, subject
        guard fields.indices.contains(position) else { return nil }
        var names: [String] = []
        organizations = []
        for attribute in fields[position].children.flatMap(\.children) {
            let parts = attribute.children
            guard parts.count == 2, parts[0].tag == 0x06 else { continue }
            let text = String(decoding: parts[1].content, as: UTF8.self)
            switch Array(parts[0].content) {
            case [0x55, 0x04, 0x03]: names.append(text)
            case [0x55, 0x04, 0x0A]: organizations.append(text)
            default: continue
            }
        }
        guard let name = names.last else { return nil }
        commonName = name
    }
}

/// One element of DER: a tag and its content.
private struct DERElement {
    var tag: UInt8
    var content: ArraySlice<UInt8>
    private(set) var end: Int

    init?(_ bytes: ArraySlice<UInt8>) {
        var at = bytes.startIndex
        func next() -> UInt8? {
            guard at < bytes.endIndex else { return nil }
            defer { at += 1 }
            return bytes[at]
        }
        guard let tag = next(), let first = next() else { return nil }
        var length = Int(first)
        if first >= 0x80 {
            guard (0x81...0x84).contains(first) else { return nil }
            length = 0
            for _ in 0..<(first & 0x7F) {
                guard let byte = next() else { return nil }
                length = length << 8 | Int(byte)
            }
        }
        guard length <= bytes.endIndex - at else { return nil }
        self.tag = tag
        content = bytes[at..<at + length]
        end = at + length
    }

    /// The elements within, as far as they can be read.
    var children: [DERElement] {
        var elements: [DERElement] = []
        var rest = content
        while let element = DERElement(rest) {
            elements.append(element)
            rest = rest[element.end...]
        }
        return elements
    }
}
