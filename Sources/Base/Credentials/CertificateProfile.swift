internal import X509

/// What a certificate says of its holder.
struct CertificateProfile: Hashable, Sendable {
    /// The file's name without its ending, which also names it in errors.
    var name: String
    var commonName: String
    /// The groups that the API server reads from the subject.
    var organization: String?
    var dnsNames: [String] = []
    /// IPv4 addresses, four octets each.
    var addresses: [[UInt8]] = []
    var isServer: Bool
    var isClient: Bool
}

extension CertificateProfile {
    var subject: DistinguishedName {
        get throws {
            try DistinguishedName {
                if let organization { OrganizationName(organization) }
                CommonName(commonName)
            }
        }
    }

    var alternativeNames: SubjectAlternativeNames? {
        let names: [GeneralName] =
            dnsNames.map { .dnsName($0) } + addresses.map { .ipAddress(.init(contentBytes: $0[...])) }
        return names.isEmpty ? nil : SubjectAlternativeNames(names)
    }

    var extendedUsages: [ExtendedKeyUsage.Usage] {
        (isServer ? [.serverAuth] : []) + (isClient ? [.clientAuth] : [])
    }
}
