internal import Crypto
internal import CryptoExtras
internal import FoundationEssentials

/// ansible-vault's AES256: CTR with a PKCS #7 padding, an HMAC-SHA256 over the ciphertext, and keys of PBKDF2 with 10,000
/// rounds of HMAC-SHA256.
enum VaultCipher {
    /// What an envelope holds: all that is needed to open it, but the password.
    struct Sealed: Hashable {
        var salt: [UInt8]
        var authenticationCode: [UInt8]
        var ciphertext: [UInt8]
    }

    private struct Keys {
        var cipher: SymmetricKey
        var authentication: SymmetricKey
        var counter: AES._CTR.Nonce

        init(password: [UInt8], salt: [UInt8]) throws {
            let derived = try KDF.Insecure.PBKDF2.deriveKey(
                from: password, salt: salt, using: .sha256, outputByteCount: 80, unsafeUncheckedRounds: 10_000)
            let bytes = derived.withUnsafeBytes { [UInt8]($0) }
            cipher = SymmetricKey(data: bytes[0..<32])
            authentication = SymmetricKey(data: bytes[32..<64])
            counter = try AES._CTR.Nonce(nonceBytes: bytes[64..<80])
        }
    }

    private static let block = 16

    static func seal(_ plaintext: [UInt8], password: [UInt8], salt: [UInt8]) throws -> Sealed {
        let keys = try Keys(password: password, salt: salt)
        let padding = block - plaintext.count % block
        let padded = plaintext + [UInt8](repeating: UInt8(padding), count: padding)
        let ciphertext = [UInt8](try AES._CTR.encrypt(padded, using: keys.cipher, nonce: keys.counter))
        let code = HMAC<SHA256>.authenticationCode(for: ciphertext, using: keys.authentication)
        return Sealed(salt: salt, authenticationCode: [UInt8](code), ciphertext: ciphertext)
    }

    /// The plaintext, or nil where the password is another one.
    static func open(_ sealed: Sealed, password: [UInt8]) throws -> [UInt8]? {
        let keys = try Keys(password: password, salt: sealed.salt)
        guard
            HMAC<SHA256>.isValidAuthenticationCode(
                sealed.authenticationCode, authenticating: sealed.ciphertext, using: keys.authentication)
        else { return nil }
        let padded = [UInt8](try AES._CTR.decrypt(sealed.ciphertext, using: keys.cipher, nonce: keys.counter))
        guard let padding = padded.last, (1...block).contains(Int(padding)), padded.count >= Int(padding) else {
            return nil
        }
        return Array(padded.dropLast(Int(padding)))
    }
}
