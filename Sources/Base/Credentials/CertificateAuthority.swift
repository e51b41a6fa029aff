internal import Crypto
internal import FoundationEssentials
internal import X509

/// A private key and its certificate, both as PEM.
package struct CertifiedKey: Hashable, Sendable {
    package var certificatePEM: String
    package var privateKeyPEM: String
}

/// The cluster's own authority (P-256), which signs every certificate of the cluster.
struct CertificateAuthority {
    let certifiedKey: CertifiedKey
    private let certificate: Certificate
    private let key: P256.Signing.PrivateKey

    private static let day: TimeInterval = 86_400
    /// Clocks of machines that were paused or just booted may be behind.
    private static let leeway = day
    private static let authorityDays = 3_650.0
    private static let holderDays = 365.0
    /// With fewer days left, a new certificate is made.
    private static let renewalDays = 60.0

    /// A new authority for a cluster.
    init(cluster: String, now: Date) throws(CredentialError) {
        let key = P256.Signing.PrivateKey()
        do {
            let name = try DistinguishedName { CommonName("clusterfile \(cluster)") }
            let publicKey = Certificate.PublicKey(key.publicKey)
            let certificate = try Certificate(
                version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: publicKey,
                notValidBefore: now - Self.leeway, notValidAfter: now + Self.authorityDays * Self.day,
                issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                    Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                    SubjectKeyIdentifier(hash: publicKey)
                },
                issuerPrivateKey: Certificate.PrivateKey(key))
            self.certificate = certificate
            self.key = key
            certifiedKey = CertifiedKey(
                certificatePEM: try certificate.serializeAsPEM().pemString + "\n",
                privateKeyPEM: key.pemRepresentation + "\n")
        } catch {
            throw .refused(certificate: "ca", reason: "\(error)")
        }
    }

    /// The authority that was kept; nil where the two do not belong together or are damaged.
    init?(_ kept: CertifiedKey) {
        guard let key = try? P256.Signing.PrivateKey(pemRepresentation: kept.privateKeyPEM),  // nil says it all
            let certificate = try? Certificate(pemEncoded: kept.certificatePEM),
            certificate.publicKey == Certificate.PublicKey(key.publicKey)
        else { return nil }
        self.key = key
        self.certificate = certificate
        certifiedKey = kept
    }

    /// A new key and its certificate.
    func issue(_ profile: CertificateProfile, now: Date) throws(CredentialError) -> CertifiedKey {
        let holder = P256.Signing.PrivateKey()
        do {
            let publicKey = Certificate.PublicKey(holder.publicKey)
            let certificate = try Certificate(
                version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: publicKey,
                notValidBefore: now - Self.leeway,
                notValidAfter: min(now + Self.holderDays * Self.day, self.certificate.notValidAfter),
                issuer: self.certificate.subject, subject: try profile.subject, signatureAlgorithm: .ecdsaWithSHA256,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.notCertificateAuthority)
                    Critical(KeyUsage(digitalSignature: true))
                    try ExtendedKeyUsage(profile.extendedUsages)
                    AuthorityKeyIdentifier(
                        keyIdentifier: SubjectKeyIdentifier(hash: self.certificate.publicKey).keyIdentifier)
                    if let names = profile.alternativeNames { names }
                },
                issuerPrivateKey: Certificate.PrivateKey(key))
            return CertifiedKey(
                certificatePEM: try certificate.serializeAsPEM().pemString + "\n",
                privateKeyPEM: holder.pemRepresentation + "\n")
        } catch {
            throw .refused(certificate: profile.name, reason: "\(error)")
        }
    }

    /// Whether a kept certificate is this authority's, says what the profile says, and is good for a while yet.
    func vouches(for kept: CertifiedKey, as profile: CertificateProfile, now: Date) -> Bool {
        guard let holder = try? P256.Signing.PrivateKey(pemRepresentation: kept.privateKeyPEM),  // false says it all
            let certificate = try? Certificate(pemEncoded: kept.certificatePEM),
            certificate.publicKey == Certificate.PublicKey(holder.publicKey),
            self.certificate.publicKey.isValidSignature(certificate.signature, for: certificate),
            certificate.notValidBefore <= now,
            certificate.notValidAfter >= min(now + Self.renewalDays * Self.day, self.certificate.notValidAfter),
            let subject = try? profile.subject, certificate.subject == subject
        else { return false }
        let names = (try? certificate.extensions.subjectAlternativeNames).map(Array.init)  // damaged counts as none
        let usages = (try? certificate.extensions.extendedKeyUsage).map(Array.init)
        return names == profile.alternativeNames.map(Array.init) && usages == profile.extendedUsages
    }
}
