internal import Bundles
internal import JSON
internal import X509

/// `openssl_csr`: a request for a certificate lies in a file, with the names and uses that are asked for.
enum CertificateRequestModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let path = try context.requiredPath("path")
        var result: JSONObject = [
            "filename": .string(path), "privatekey": context.arguments["privatekey_path"] ?? .null,
        ]
        let old = try SystemCalls.readText(path)
        if context.text("state") == "absent" { return try KeyFiles.removal(path, old != nil, result, context) }
        guard let keyText = try KeyFiles.text("privatekey", context) else {
            throw TaskFailure.badArguments(
                module: "openssl_csr", reason: "it needs 'privatekey_path' or 'privatekey_content'")
        }
        guard let key = GeneratedKey(pem: keyText) else {
            throw TaskFailure.said("the private key is none of RSA, ECC and Ed25519, or is locked with a passphrase")
        }
        let wanted = try RequestedNames(context, key)
        result = result.merging(wanted.described)
        if let old, !context.flag("force"), wanted.isMet(by: old, key) {
            if context.flag("return_content") { result["csr"] = .string(old) }
            return try KeyFiles.attributes(path, result, context)
        }
        return Proposal(result, differences: [KeyFiles.difference(path, old != nil)]) {
            let request = try CertificateSigningRequest(
                version: .v1, subject: wanted.subject, privateKey: key.signer,
                attributes: .init([.init(ExtensionRequest(extensions: wanted.extensions))]),
                signatureAlgorithm: try key.algorithm(context.text("digest") ?? "sha256"))
            let text = try request.serializeAsPEM().pemString + "\n"
            var members = try KeyFiles.write(text, to: path, isThere: old != nil, context)
            if context.flag("return_content") { members["csr"] = .string(text) }
            return members
        }
    }
}

/// A request's subject and extensions.
private struct RequestedNames {
    let subject: DistinguishedName
    let extensions: Certificate.Extensions
    let described: JSONObject

    init(_ context: ModuleContext, _ key: GeneratedKey) throws {
        let parts = try Self.subjectParts(context)
        subject = DistinguishedName(try parts.map { try CertificateNames.part($0.name, $0.value) })
        var names = context.texts("subject_alt_name") ?? []
        if names.isEmpty, context.flag("use_common_name_for_san", default: true),
            let common = parts.first(where: { ["CN", "commonName"].contains($0.name) })?.value
        {
            names = [(try? CertificateNames.general("IP:" + common)) == nil ? "DNS:" + common : "IP:" + common]
        }
        let (usages, extended) = (context.texts("key_usage") ?? [], context.texts("extended_key_usage") ?? [])
        let constraints = context.texts("basic_constraints") ?? []
        var all: [Certificate.Extension] = []
        if !names.isEmpty {
            let value = SubjectAlternativeNames(try names.map(CertificateNames.general))
            all.append(try .init(value, critical: context.flag("subject_alt_name_critical")))
        }
        if !usages.isEmpty {
            all.append(try .init(CertificateNames.usage(usages), critical: context.flag("key_usage_critical")))
        }
        if !extended.isEmpty {
            let value = try ExtendedKeyUsage(try extended.map(CertificateNames.extendedUsage))
            all.append(try .init(value, critical: context.flag("extended_key_usage_critical")))
        }
        if !constraints.isEmpty {
            let value = try CertificateNames.constraints(constraints)
            all.append(try .init(value, critical: context.flag("basic_constraints_critical")))
        }
        if context.flag("ocsp_must_staple") {
            // TLS's own feature 5, status_request (RFC 7633).
            let critical = context.flag("ocsp_must_staple_critical")
            all.append(.init(oid: [1, 3, 6, 1, 5, 5, 7, 1, 24], critical: critical, value: [0x30, 3, 2, 1, 5]))
        }
        if context.flag("create_subject_key_identifier") {
            all.append(try .init(SubjectKeyIdentifier(hash: key.signer.publicKey), critical: false))
        }
        extensions = try Certificate.Extensions(all)
        func listed(_ texts: [String]) -> JSON { texts.isEmpty ? .null : JSON(texts) }
        described = [
            "subject": .array(parts.map { [.string($0.name), .string($0.value)] }), "subjectAltName": listed(names),
            "keyUsage": listed(usages), "extendedKeyUsage": listed(extended), "basicConstraints": listed(constraints),
            "ocspMustStaple": .bool(context.flag("ocsp_must_staple")), "name_constraints_permitted": [],
            "name_constraints_excluded": [],
        ]
    }

    /// In the peer's order: the usual parts, then the mapping or the list.
    private static func subjectParts(_ context: ModuleContext) throws -> [(name: String, value: String)] {
        var parts: [(name: String, value: String)] = []
        for (argument, name) in [
            ("country_name", "C"), ("state_or_province_name", "ST"), ("locality_name", "L"), ("organization_name", "O"),
            ("organizational_unit_name", "OU"), ("common_name", "CN"), ("email_address", "emailAddress"),
        ] {
            if let value = context.text(argument) { parts.append((name, value)) }
        }
        let ordered = context.arguments["subject_ordered"]?.array ?? []
        for mapping in [context.arguments["subject"] ?? .null] + ordered {
            for (name, value) in mapping.object ?? [:] {
                for one in value.array ?? [value] { parts.append((name, one.string ?? one.text)) }
            }
        }
        return parts
    }

    /// Whether a request says the same, for the same key.
    func isMet(by text: String, _ key: GeneratedKey) -> Bool {
        // What cannot be read is made anew.
        guard let request = try? CertificateSigningRequest(pemEncoded: text), request.subject == subject,
            request.publicKey == key.signer.publicKey,
            request.publicKey.isValidSignature(request.signature, for: request)
        else { return false }
        return Set(request.extensions) == Set(extensions)
    }
}

extension CertificateSigningRequest {
    /// The extensions that the certificate is to have; none where the request names none.
    var extensions: [Certificate.Extension] {
        guard let request = try? attributes.extensionRequest else { return [] }
        return Array(request.extensions)
    }
}
