internal import Crypto
internal import FoundationEssentials

/// An ed25519 key pair in OpenSSH's formats (openssh/PROTOCOL.key, RFC 8709), without a passphrase.
package struct SSHKeyPair: Hashable, Sendable {
    /// The private key's 32 bytes.
    let seed: [UInt8]
    private let publicBytes: [UInt8]
    package let comment: String

    /// A new pair.
    package init(comment: String) {
        let key = Curve25519.Signing.PrivateKey()
        seed = Array(key.rawRepresentation)
        publicBytes = Array(key.publicKey.rawRepresentation)
        self.comment = comment
    }

    /// Reads an unencrypted private key file with one ed25519 key; nil for anything else.
    package init?(privateKeyText text: String) {
        let lines = text.split(whereSeparator: \.isNewline)
        guard let first = lines.first, first == Self.header, let last = lines.last, last == Self.footer,
            let data = Data(base64Encoded: lines.dropFirst().dropLast().joined())
        else { return nil }
        var outer = SSHReader(Array(data))
        guard outer.take(Self.magic.count) == Self.magic, outer.string() == Array("none".utf8),
            outer.string() == Array("none".utf8), outer.string() == [], outer.number() == 1, outer.string() != nil,
            let section = outer.string()
        else { return nil }
        var inner = SSHReader(section)
        guard let check = inner.number(), inner.number() == check, inner.string() == Array(Self.algorithm.utf8),
            let publicBytes = inner.string(), let secret = inner.string(), secret.count == 64,
            let comment = inner.string(),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: secret.prefix(32)),  // nil says it all
            Array(key.publicKey.rawRepresentation) == publicBytes
        else { return nil }
        seed = Array(secret.prefix(32))
        self.publicBytes = publicBytes
        self.comment = String(decoding: comment, as: UTF8.self)
    }

    /// `ssh-ed25519 AAAA…` without the comment, as known_hosts has it.
    package var publicKeyWithoutComment: String {
        "\(Self.algorithm) \(Data(publicBlob).base64EncodedString())"
    }

    /// The line of a `.pub` file or of authorized_keys, without its newline.
    package var publicKeyLine: String { "\(publicKeyWithoutComment) \(comment)" }

    /// The private key's file, with its last newline.
    package var privateKeyText: String {
        var section = SSHWriter()
        // The check number only tells a wrong passphrase, and there is none; drawn from the key, the text is always the same.
        let check = publicBytes.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        section.number(check)
        section.number(check)
        section.string(Array(Self.algorithm.utf8))
        section.string(publicBytes)
        section.string(seed + publicBytes)
        section.string(Array(comment.utf8))
        section.pad(toMultipleOf: 8)

        var file = SSHWriter(Self.magic)
        file.string(Array("none".utf8))
        file.string(Array("none".utf8))
        file.string([])
        file.number(1)
        file.string(publicBlob)
        file.string(section.bytes)

        let encoded = Array(Data(file.bytes).base64EncodedString().utf8)
        let lines = stride(from: 0, to: encoded.count, by: 70).map { start in
            String(decoding: encoded[start..<min(start + 70, encoded.count)], as: UTF8.self)
        }
        return ([Self.header] + lines + [Self.footer]).joined(separator: "\n") + "\n"
    }

    private var publicBlob: [UInt8] {
        var blob = SSHWriter()
        blob.string(Array(Self.algorithm.utf8))
        blob.string(publicBytes)
        return blob.bytes
    }

    private static let algorithm = "ssh-ed25519"
    private static let magic = Array("openssh-key-v1\0".utf8)
    private static let header = "-----BEGIN OPENSSH PRIVATE KEY-----"
    private static let footer = "-----END OPENSSH PRIVATE KEY-----"
}

extension SSHKeyPair: CustomStringConvertible, CustomDebugStringConvertible {
    /// The public half only: a pair may come into a log.
    package var description: String { publicKeyLine }
    package var debugDescription: String { publicKeyLine }
}
