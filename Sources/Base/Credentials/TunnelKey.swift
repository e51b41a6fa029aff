internal import Crypto
internal import FoundationEssentials

/// A machine's key pair for WireGuard (X25519), in the base64 that its tools read.
package struct TunnelKey: Hashable, Sendable {
    package let privateText: String
    package let publicText: String

    fileprivate init(_ key: Curve25519.KeyAgreement.PrivateKey) {
        privateText = key.rawRepresentation.base64EncodedString()
        publicText = key.publicKey.rawRepresentation.base64EncodedString()
    }
}

extension TunnelKey: CustomStringConvertible, CustomDebugStringConvertible {
    /// The public half only: a pair may come into a log.
    package var description: String { publicText }
    package var debugDescription: String { publicText }
}

extension SSHKeyPair {
    /// The tunnel's key that goes with a machine's host key: derived from it (HKDF, RFC 5869), so that there is nothing more to
    /// keep, and known before the machine is there.
    package var tunnelKey: TunnelKey {
        let bits = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: seed), info: Data("clusterfile tunnel".utf8), outputByteCount: 32)
        do {
            return TunnelKey(try bits.withUnsafeBytes { try Curve25519.KeyAgreement.PrivateKey(rawRepresentation: $0) })
        } catch {
            preconditionFailure("any 32 bytes are a private key of X25519: \(error)")
        }
    }
}
