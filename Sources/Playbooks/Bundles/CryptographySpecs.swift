// Modules about keys and certificates.
extension ModuleSpec {
    private static let keyFile = [
        required("path", .path), present, optional("force", .flag), optional("backup", .flag),
        optional("return_content", .flag), optional("select_crypto_backend", .choice(["auto", "cryptography"])),
    ]

    static let cryptographySpecs: [ModuleSpec] = [
        ModuleSpec(
            name: "openssl_privatekey",
            parameters: keyFile + [
                optional("type", .choice(["RSA", "ECC", "Ed25519"])), optional("size", .integer),
                optional("curve", .choice(["secp256r1", "secp384r1", "secp521r1"])),
                optional("format", .choice(["pkcs1", "pkcs8", "auto", "auto_ignore"])),
                optional("format_mismatch", .choice(["regenerate", "convert"])),
                optional(
                    "regenerate",
                    .choice(["never", "fail", "partial_idempotence", "full_idempotence", "always"])),
            ] + attributes),
        ModuleSpec(
            name: "openssl_csr",
            parameters: keyFile + [
                optional("privatekey_path", .path), optional("privatekey_content", .text), optional("digest", .text),
                optional("version", .integer), optional("subject", .dictionary), optional("subject_ordered", .list),
                optional("country_name", .text, "C", "countryName"),
                optional("state_or_province_name", .text, "ST", "stateOrProvinceName"),
                optional("locality_name", .text, "L", "localityName"),
                optional("organization_name", .text, "O", "organizationName"),
                optional("organizational_unit_name", .text, "OU", "organizationalUnitName"),
                optional("common_name", .text, "CN", "commonName"),
                optional("email_address", .text, "E", "emailAddress"),
                optional("subject_alt_name", .list, "subjectAltName"),
                optional("subject_alt_name_critical", .flag, "subjectAltName_critical"),
                optional("use_common_name_for_san", .flag, "useCommonNameForSAN"),
                optional("key_usage", .list, "keyUsage"), optional("key_usage_critical", .flag, "keyUsage_critical"),
                optional("extended_key_usage", .list, "extKeyUsage", "extendedKeyUsage"),
                optional(
                    "extended_key_usage_critical", .flag, "extKeyUsage_critical", "extendedKeyUsage_critical"),
                optional("basic_constraints", .list, "basicConstraints"),
                optional("basic_constraints_critical", .flag, "basicConstraints_critical"),
                optional("ocsp_must_staple", .flag, "ocspMustStaple"),
                optional("ocsp_must_staple_critical", .flag, "ocspMustStaple_critical"),
                optional("create_subject_key_identifier", .flag),
            ] + attributes,
            alternatives: [["privatekey_path", "privatekey_content"], ["subject", "subject_ordered"]]),
        ModuleSpec(
            name: "x509_certificate",
            parameters: keyFile + [
                optional("provider", .choice(["selfsigned", "ownca"])), optional("csr_path", .path),
                optional("csr_content", .text), optional("privatekey_path", .path),
                optional("privatekey_content", .text), optional("ignore_timestamps", .flag),
                optional("selfsigned_digest", .text), optional("selfsigned_version", .integer),
                optional("selfsigned_not_before", .text, "selfsigned_notBefore"),
                optional("selfsigned_not_after", .text, "selfsigned_notAfter"),
                optional("selfsigned_create_subject_key_identifier", keyIdentifier), optional("ownca_path", .path),
                optional("ownca_content", .text), optional("ownca_privatekey_path", .path),
                optional("ownca_privatekey_content", .text), optional("ownca_digest", .text),
                optional("ownca_version", .integer), optional("ownca_not_before", .text),
                optional("ownca_not_after", .text),
                optional("ownca_create_subject_key_identifier", keyIdentifier),
                optional("ownca_create_authority_key_identifier", .flag),
            ] + attributes,
            alternatives: [
                ["csr_path", "csr_content"], ["privatekey_path", "privatekey_content"],
                ["ownca_path", "ownca_content"],
                ["ownca_privatekey_path", "ownca_privatekey_content"],
            ]),
    ]

    private static let keyIdentifier = Kind.choice(["create_if_not_provided", "always_create", "never_create"])
}
