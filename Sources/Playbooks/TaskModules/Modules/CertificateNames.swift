internal import Glibc
internal import JSON
internal import X509

/// A certificate's names and uses, as tasks write them.
enum CertificateNames {
    private typealias Attribute = RelativeDistinguishedName.Attribute

    /// A part of a subject, by its type's short or long name or its number; the texts are of the kinds that RFC 5280 says.
    static func part(_ name: String, _ value: String) throws -> RelativeDistinguishedName {
        let attribute: Attribute =
            switch name {
            case "C", "countryName": try .init(type: .RDNAttributeType.countryName, printableString: value)
            case "ST", "stateOrProvinceName": .init(type: .RDNAttributeType.stateOrProvinceName, utf8String: value)
            case "L", "localityName": .init(type: .RDNAttributeType.localityName, utf8String: value)
            case "O", "organizationName": .init(type: .RDNAttributeType.organizationName, utf8String: value)
            case "OU", "organizationalUnitName":
                .init(type: .RDNAttributeType.organizationalUnitName, utf8String: value)
            case "CN", "commonName": .init(type: .RDNAttributeType.commonName, utf8String: value)
            case "E", "emailAddress": try .init(type: .RDNAttributeType.emailAddress, ia5String: value)
            case "serialNumber": try .init(type: [2, 5, 4, 5], printableString: value)
            case "SN", "surname": .init(type: [2, 5, 4, 4], utf8String: value)
            case "GN", "givenName": .init(type: [2, 5, 4, 42], utf8String: value)
            case "title": .init(type: [2, 5, 4, 12], utf8String: value)
            case "street", "streetAddress": .init(type: [2, 5, 4, 9], utf8String: value)
            case "postalCode": .init(type: [2, 5, 4, 17], utf8String: value)
            case "DC", "domainComponent": try .init(type: [0, 9, 2342, 19_200_300, 100, 1, 25], ia5String: value)
            case "UID", "userId": .init(type: [0, 9, 2342, 19_200_300, 100, 1, 1], utf8String: value)
            default: try other(name, value)
            }
        return RelativeDistinguishedName(attribute)
    }

    private static func other(_ number: String, _ value: String) throws -> Attribute {
        guard isNumber(number) else { throw TaskFailure.said("Cannot find OID for name '\(number)'") }
        return .init(type: try .init(dotRepresentation: number), utf8String: value)
    }

    /// Whether a text is an object's number such as `1.3.6.1`.
    private static func isNumber(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count > 2 && parts.allSatisfy { UInt($0) != nil }
    }

    /// `DNS:name`, `IP:address`, `URI:…`, `email:…`, `RID:…`.
    static func general(_ text: String) throws -> GeneralName {
        guard let colon = text.firstIndex(of: ":") else {
            throw TaskFailure.said(
                "Cannot parse Subject Alternative Name \"\(text)\": it has no 'DNS:' or the like before it")
        }
        let value = String(text[text.index(after: colon)...])
        switch text[..<colon] {
        case "DNS": return .dnsName(value)
        case "IP", "IP Address": return .ipAddress(.init(contentBytes: try octets(value)[...]))
        case "URI": return .uniformResourceIdentifier(value)
        case "email": return .rfc822Name(value)
        case "RID": return .registeredID(try .init(dotRepresentation: value))
        default:
            throw TaskFailure.said(
                "Cannot parse Subject Alternative Name \"\(text)\" (potentially unsupported by cryptography backend)")
        }
    }

    private static func octets(_ address: String) throws -> [UInt8] {
        var four = in_addr()
        if inet_pton(AF_INET, address, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
        var six = in6_addr()
        if inet_pton(AF_INET6, address, &six) == 1 { return withUnsafeBytes(of: six) { Array($0) } }
        throw TaskFailure.said("'\(address)' is no IP address")
    }

    static func usage(_ names: [String]) throws -> KeyUsage {
        var usage = KeyUsage()
        for name in names {
            switch name {
            case "digitalSignature", "Digital Signature": usage.digitalSignature = true
            case "nonRepudiation", "Non Repudiation", "contentCommitment", "Content Commitment":
                usage.nonRepudiation = true
            case "keyEncipherment", "Key Encipherment": usage.keyEncipherment = true
            case "dataEncipherment", "Data Encipherment": usage.dataEncipherment = true
            case "keyAgreement", "Key Agreement": usage.keyAgreement = true
            case "keyCertSign", "Certificate Sign": usage.keyCertSign = true
            case "cRLSign", "CRL Sign": usage.cRLSign = true
            case "encipherOnly", "Encipher Only": usage.encipherOnly = true
            case "decipherOnly", "Decipher Only": usage.decipherOnly = true
            default: throw TaskFailure.said("Unknown key usage identifier '\(name)'")
            }
        }
        return usage
    }

    static func extendedUsage(_ name: String) throws -> ExtendedKeyUsage.Usage {
        switch name {
        case "serverAuth", "TLS Web Server Authentication": return .serverAuth
        case "clientAuth", "TLS Web Client Authentication": return .clientAuth
        case "codeSigning", "Code Signing": return .codeSigning
        case "emailProtection", "E-mail Protection": return .emailProtection
        case "timeStamping", "Time Stamping": return .timeStamping
        case "OCSPSigning", "OCSP Signing": return .ocspSigning
        case "anyExtendedKeyUsage", "Any Extended Key Usage": return .any
        default:
            guard isNumber(name) else {
                throw TaskFailure.said("Cannot find OID for extended key usage '\(name)'")
            }
            return ExtendedKeyUsage.Usage(oid: try .init(dotRepresentation: name))
        }
    }

    /// `CA:TRUE` and `pathlen:0`.
    static func constraints(_ parts: [String]) throws -> BasicConstraints {
        var (isAuthority, length) = (false, Int?.none)
        for part in parts {
            if part.uppercased() == "CA:TRUE" {
                isAuthority = true
            } else if part.lowercased().hasPrefix("pathlen:"), let number = Int(part.dropFirst("pathlen:".count)) {
                length = number
            } else if part.uppercased() != "CA:FALSE" {
                throw TaskFailure.said("Unknown basic constraint \"\(part)\"")
            }
        }
        return isAuthority ? .isCertificateAuthority(maxPathLength: length) : .notCertificateAuthority
    }
}
