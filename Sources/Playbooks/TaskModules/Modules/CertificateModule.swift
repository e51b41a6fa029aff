internal import Bundles
internal import FoundationEssentials
internal import Glibc
internal import JSON
internal import X509

/// `x509_certificate`: a certificate lies in a file, signed by its own key or by an authority of ours.
enum CertificateModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let path = try context.requiredPath("path")
        var result: JSONObject = ["filename": .string(path)]
        for name in ["privatekey", "csr"] { result[name] = context.arguments[name + "_path"] ?? .null }
        let old = try SystemCalls.readText(path)
        if context.text("state") == "absent" { return try KeyFiles.removal(path, old != nil, result, context) }
        guard context.text("provider") != nil else {
            throw TaskFailure.badArguments(module: "x509_certificate", reason: "state present needs 'provider'")
        }
        let order = try CertificateOrder(context)
        result = result.merging(order.described)
        if let old, !context.flag("force"), let certificate = try order.met(by: old) {
            result = result.merging(described(certificate))
            if context.flag("return_content") { result["certificate"] = .string(old) }
            return try KeyFiles.attributes(path, result, context)
        }
        return Proposal(result, differences: [KeyFiles.difference(path, old != nil)]) {
            let certificate = try order.issued()
            let text = try certificate.serializeAsPEM().pemString + "\n"
            var members = try KeyFiles.write(text, to: path, isThere: old != nil, context)
            members = members.merging(described(certificate))
            if context.flag("return_content") { members["certificate"] = .string(text) }
            return members
        }
    }

    private static func described(_ certificate: Certificate) -> JSONObject {
        func text(_ date: Date) -> JSON {
            var (time, parts) = (time_t(date.timeIntervalSince1970), tm())
            gmtime_r(&time, &parts)
            func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + String(number) }
            let day = "\(parts.tm_year + 1900)\(two(parts.tm_mon + 1))\(two(parts.tm_mday))"
            return .string(day + two(parts.tm_hour) + two(parts.tm_min) + two(parts.tm_sec) + "Z")
        }
        return [
            "notBefore": text(certificate.notValidBefore), "notAfter": text(certificate.notValidAfter),
            // More digits than JSON's integers are sure to keep.
            "serial_number": .string(decimal(Array(certificate.serialNumber.bytes))),
        ]
    }

    /// A large number, its highest octet first, in decimal.
    static func decimal(_ bytes: [UInt8]) -> String {
        var digits: [UInt8] = [0]
        for byte in bytes {
            var carry = Int(byte)
            for index in digits.indices {
                carry += Int(digits[index]) << 8
                digits[index] = UInt8(carry % 10)
                carry /= 10
            }
            while carry > 0 {
                digits.append(UInt8(carry % 10))
                carry /= 10
            }
        }
        return String(digits.reversed().map { Character(String($0)) })
    }
}

/// What a certificate is to say, and who signs it.
private struct CertificateOrder {
    private let subject: DistinguishedName
    private let publicKey: Certificate.PublicKey
    private let requested: [Certificate.Extension]
    private let issuer: DistinguishedName
    private let signer: GeneratedKey
    private let authority: Certificate?
    private let dates: (from: Date, to: Date)
    private let digest: String
    private let createsSubjectKey: String
    private let namesAuthority: Bool
    private let comparesDates: Bool
    let described: JSONObject

    init(_ context: ModuleContext) throws {
        let isOwn = context.text("provider") == "ownca"
        let prefix = isOwn ? "ownca_" : "selfsigned_"
        guard [nil, 3].contains(context.integer(prefix + "version")) else {
            throw TaskFailure.badArguments(module: "x509_certificate", reason: "certificates have version 3 only")
        }
        let request = try KeyFiles.text("csr", context).map { try CertificateSigningRequest(pemEncoded: $0) }
        if let request, !request.publicKey.isValidSignature(request.signature, for: request) {
            throw TaskFailure.said("the certificate request is not signed by its own key")
        }
        func key(_ name: String) throws -> GeneratedKey {
            guard let text = try KeyFiles.text(name, context) else {
                throw TaskFailure.badArguments(
                    module: "x509_certificate", reason: "this provider needs '\(name)_path' or '\(name)_content'")
            }
            guard let key = GeneratedKey(pem: text) else {
                throw TaskFailure.said(
                    "the private key is none of RSA, ECC and Ed25519, or is locked with a passphrase")
            }
            return key
        }
        if isOwn {
            let text = try context.text("ownca_content") ?? context.path("ownca_path").flatMap(SystemCalls.readText)
            guard let text, let request else {
                throw TaskFailure.badArguments(
                    module: "x509_certificate",
                    reason: "the provider ownca needs 'csr_path' and 'ownca_path', both there")
            }
            let certificate = try Certificate(pemEncoded: text)
            signer = try key("ownca_privatekey")
            guard certificate.publicKey == signer.signer.publicKey else {
                throw TaskFailure.said("The CA private key does not belong to the CA certificate")
            }
            (authority, issuer, publicKey) = (certificate, certificate.subject, request.publicKey)
        } else {
            signer = try key("privatekey")
            (authority, issuer, publicKey) = (nil, request?.subject ?? DistinguishedName(), signer.signer.publicKey)
        }
        subject = request?.subject ?? DistinguishedName()
        requested = request?.extensions ?? []
        let now = Date(timeIntervalSince1970: Double(time(nil)))
        dates = (
            try Self.date(context.text(prefix + "not_before") ?? "+0s", now),
            try Self.date(context.text(prefix + "not_after") ?? "+3650d", now)
        )
        digest = context.text(prefix + "digest") ?? "sha256"
        createsSubjectKey = context.text(prefix + "create_subject_key_identifier") ?? "create_if_not_provided"
        namesAuthority = isOwn && context.flag("ownca_create_authority_key_identifier", default: true)
        comparesDates = !context.flag("ignore_timestamps", default: true)
        described =
            isOwn
            ? [
                "ca_cert": context.arguments["ownca_path"] ?? .null,
                "ca_privatekey": context.arguments["ownca_privatekey_path"] ?? .null,
            ] : [:]
    }

    /// `+3650d`, `-1h30m` from now, or `20300101120000Z`.
    private static func date(_ text: String, _ now: Date) throws -> Date {
        guard text.hasPrefix("+") || text.hasPrefix("-") else {
            let digits = text.hasSuffix("Z") ? String(text.dropLast()) : text
            for format in ["%Y%m%d%H%M%S", "%Y%m%d%H%M"] {
                if let parts = FileTimes.parts(digits, format) {
                    var parts = parts
                    return Date(timeIntervalSince1970: Double(timegm(&parts)))
                }
            }
            throw TaskFailure.said("The time spec \"\(text)\" is invalid")
        }
        let units: [Character: Double] = ["w": 604_800, "d": 86_400, "h": 3600, "m": 60, "s": 1]
        var (seconds, number) = (0.0, "")
        for character in text.dropFirst() {
            if character.isNumber {
                number.append(character)
            } else if let unit = units[character], let count = Double(number) {
                seconds += count * unit
                number = ""
            } else {
                throw TaskFailure.said("The time spec \"\(text)\" is invalid")
            }
        }
        guard number.isEmpty else { throw TaskFailure.said("The time spec \"\(text)\" is invalid") }
        return now + (text.hasPrefix("-") ? -seconds : seconds)
    }

    /// The extensions: those of the request, with the numbers of keys that are to be added.
    private func extensions() throws -> [Certificate.Extension] {
        var all = requested.filter { one in
            !(one.oid == .X509ExtensionID.subjectKeyIdentifier && createsSubjectKey == "always_create")
                && !(one.oid == .X509ExtensionID.authorityKeyIdentifier && namesAuthority)
        }
        let hasOwn = all.contains { $0.oid == .X509ExtensionID.subjectKeyIdentifier }
        if !hasOwn, createsSubjectKey != "never_create" {
            all.append(try .init(SubjectKeyIdentifier(hash: publicKey), critical: false))
        }
        if namesAuthority, let authority {
            let own = try authority.extensions.subjectKeyIdentifier ?? SubjectKeyIdentifier(hash: authority.publicKey)
            all.append(try .init(AuthorityKeyIdentifier(keyIdentifier: own.keyIdentifier), critical: false))
        }
        return all
    }

    func issued() throws -> Certificate {
        try Certificate(
            version: .v3, serialNumber: .init(), publicKey: publicKey, notValidBefore: dates.from,
            notValidAfter: dates.to, issuer: issuer, subject: subject,
            signatureAlgorithm: try signer.algorithm(digest), extensions: try .init(try extensions()),
            issuerPrivateKey: signer.signer)
    }

    /// The certificate in a text, where it says what is wanted and is signed by whom it should be.
    func met(by text: String) throws -> Certificate? {
        // What cannot be read is made anew.
        guard let certificate = try? Certificate(pemEncoded: text), certificate.subject == subject,
            certificate.issuer == issuer, certificate.publicKey == publicKey,
            signer.signer.publicKey.isValidSignature(certificate.signature, for: certificate),
            Set(certificate.extensions) == Set(try extensions())
        else { return nil }
        let differs = [(certificate.notValidBefore, dates.from), (certificate.notValidAfter, dates.to)].contains {
            abs($0.0.timeIntervalSince1970 - $0.1.timeIntervalSince1970) >= 1
        }
        return comparesDates && differs ? nil : certificate
    }
}
