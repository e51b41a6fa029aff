internal import Crypto
internal import CryptoExtras
internal import JSON
internal import X509

/// A private key of a kind that certificates can have, with its texts.
struct GeneratedKey {
    /// A type and its size or curve.
    enum Kind: Hashable {
        case rsa(bits: Int)
        case p256, p384, p521, ed25519

        init(_ context: ModuleContext) throws {
            switch context.text("type") ?? "RSA" {
            case "ECC":
                switch context.text("curve") {
                case "secp256r1": self = .p256
                case "secp384r1": self = .p384
                case "secp521r1": self = .p521
                default:
                    throw TaskFailure.badArguments(module: "openssl_privatekey", reason: "the type ECC needs 'curve'")
                }
            case "Ed25519": self = .ed25519
            default:
                let bits = context.integer("size") ?? 4096
                guard bits >= 1024, bits.isMultiple(of: 8), bits <= 16384 else {
                    throw TaskFailure.badArguments(
                        module: "openssl_privatekey", reason: "an RSA key has 1024 to 16384 bits, not \(bits)")
                }
                self = .rsa(bits: bits)
            }
        }

        var type: String {
            switch self {
            case .rsa: "RSA"
            case .p256, .p384, .p521: "ECC"
            case .ed25519: "Ed25519"
            }
        }

        /// As the peer tells it: also keys of other types have the size that RSA would.
        var size: Int { if case .rsa(let bits) = self { bits } else { 4096 } }

        var curve: String? {
            switch self {
            case .p256: "secp256r1"
            case .p384: "secp384r1"
            case .p521: "secp521r1"
            default: nil
            }
        }

        /// Whether there is a format besides PKCS #8.
        var hasOwnFormat: Bool { self != .ed25519 }
    }

    private enum Value {
        case rsa(_RSA.Signing.PrivateKey)
        case p256(P256.Signing.PrivateKey)
        case p384(P384.Signing.PrivateKey)
        case p521(P521.Signing.PrivateKey)
        case ed25519(Certificate.PrivateKey)
    }

    private let value: Value
    let kind: Kind
    /// Whether the text that it was read from is PKCS #8.
    let isPKCS8: Bool

    /// A new one.
    init(_ kind: Kind) throws {
        self.kind = kind
        isPKCS8 = !kind.hasOwnFormat
        value =
            switch kind {
            case .rsa(let bits): .rsa(try .init(unsafeKeySize: .init(bitCount: bits)))
            case .p256: .p256(.init())
            case .p384: .p384(.init())
            case .p521: .p521(.init())
            case .ed25519: .ed25519(Certificate.PrivateKey(Curve25519.Signing.PrivateKey()))
            }
    }

    /// Nil for what is no key, or none of these kinds, or locked with a passphrase.
    init?(pem: String) {
        isPKCS8 = pem.contains("-----BEGIN PRIVATE KEY-----")
        // Each refuses what is not of its own kind; that is how the kind shows.
        if let key = try? P256.Signing.PrivateKey(pemRepresentation: pem) {
            (value, kind) = (.p256(key), .p256)
        } else if let key = try? P384.Signing.PrivateKey(pemRepresentation: pem) {
            (value, kind) = (.p384(key), .p384)
        } else if let key = try? P521.Signing.PrivateKey(pemRepresentation: pem) {
            (value, kind) = (.p521(key), .p521)
        } else if let key = try? _RSA.Signing.PrivateKey(unsafePEMRepresentation: pem) {
            (value, kind) = (.rsa(key), .rsa(bits: key.keySizeInBits))
        } else if let key = try? Certificate.PrivateKey(pemEncoded: pem) {
            (value, kind) = (.ed25519(key), .ed25519)
        } else {
            return nil
        }
    }

    /// For signing certificates and requests.
    var signer: Certificate.PrivateKey {
        switch value {
        case .rsa(let key): Certificate.PrivateKey(key)
        case .p256(let key): Certificate.PrivateKey(key)
        case .p384(let key): Certificate.PrivateKey(key)
        case .p521(let key): Certificate.PrivateKey(key)
        case .ed25519(let key): key
        }
    }

    /// The algorithm that signs with a digest of that name.
    func algorithm(_ digest: String) throws -> Certificate.SignatureAlgorithm {
        switch (kind, digest) {
        case (.ed25519, _): .ed25519
        case (.rsa, "sha256"): .sha256WithRSAEncryption
        case (.rsa, "sha384"): .sha384WithRSAEncryption
        case (.rsa, "sha512"): .sha512WithRSAEncryption
        case (_, "sha256"): .ecdsaWithSHA256
        case (_, "sha384"): .ecdsaWithSHA384
        case (_, "sha512"): .ecdsaWithSHA512
        default: throw TaskFailure.said("The digest \(digest) is not supported; take sha256, sha384 or sha512")
        }
    }

    func pem(usesPKCS8: Bool) throws -> String {
        let text =
            switch value {
            case .rsa(let key): usesPKCS8 ? key.pkcs8PEMRepresentation : key.pemRepresentation
            case .p256(let key):
                usesPKCS8
                    ? key.pemRepresentation
                    : sec1(
                        Array(key.rawRepresentation), Array(key.publicKey.x963Representation),
                        [0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7])
            case .p384(let key):
                usesPKCS8
                    ? key.pemRepresentation
                    : sec1(
                        Array(key.rawRepresentation), Array(key.publicKey.x963Representation), [0x2B, 0x81, 4, 0, 0x22])
            case .p521(let key):
                usesPKCS8
                    ? key.pemRepresentation
                    : sec1(
                        Array(key.rawRepresentation), Array(key.publicKey.x963Representation), [0x2B, 0x81, 4, 0, 0x23])
            case .ed25519(let key): try key.serializeAsPEM().pemString
            }
        return text.endsInNewline ? text : text + "\n"
    }

    /// An elliptic curve's private key by itself (RFC 5915).
    private func sec1(_ secret: [UInt8], _ point: [UInt8], _ curve: [UInt8]) -> String {
        func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
            let length = content.count < 128 ? [UInt8(content.count)] : [0x81, UInt8(content.count)]
            return [tag] + length + content
        }
        let content =
            element(2, [1]) + element(4, secret) + element(0xA0, element(6, curve))
            + element(0xA1, element(3, [0] + point))
        let text = Base64.encode(element(0x30, content))
        let lines = stride(from: 0, to: text.count, by: 64).map { text.dropFirst($0).prefix(64) + "\n" }
        return "-----BEGIN EC PRIVATE KEY-----\n" + lines.joined() + "-----END EC PRIVATE KEY-----\n"
    }

    /// Digests of the public key, each octet in hexadecimal, colons between.
    var fingerprints: JSON {
        // A key that we hold can be written down.
        guard let bytes = try? signer.publicKey.serializeAsPEM().derBytes else { return [:] }
        var members = JSONObject()
        for name in ["md5", "sha1", "sha256", "sha384", "sha512"] {
            let digits = Array(FileDigests.checksum(bytes, name))
            let octets = stride(from: 0, to: digits.count, by: 2).map { String(digits[$0...($0 + 1)]) }
            members[name] = .string(octets.joined(separator: ":"))
        }
        return .object(members)
    }
}
