import Foundation
import Glibc
import JSON
import Testing

@testable import Bundles
@testable import TaskModules

/// Keys, requests and certificates, looked at by OpenSSL.
@Suite final class CryptographyModuleTests: ModuleFolder {
    private func openssl(_ arguments: String...) throws -> String {
        let said = try Spawn(arguments: ["openssl"] + arguments, directory: root).run()
        return try said.checked(arguments).outputText + said.errorText
    }

    @Test(
        arguments: [
            (["type": "RSA", "size": 2048], "RSA PRIVATE KEY", "2048 bit"),
            (["type": "RSA", "size": 2048, "format": "pkcs8"], "PRIVATE KEY", "2048 bit"),
            (["type": "ECC", "curve": "secp256r1"], "EC PRIVATE KEY", "prime256v1"),
            (["type": "ECC", "curve": "secp384r1", "format": "pkcs8"], "PRIVATE KEY", "secp384r1"),
            (["type": "ECC", "curve": "secp521r1"], "EC PRIVATE KEY", "secp521r1"),
            (["type": "Ed25519"], "PRIVATE KEY", "ED25519"),
        ] as [(JSONObject, String, String)])
    func `A key of a kind is made once, for its owner alone`(arguments: JSONObject, label: String, shown: String) throws
    {
        let all = arguments.merging(["path": .string(path("key"))])
        try converges("openssl_privatekey", all)
        #expect(text("key")?.hasPrefix("-----BEGIN \(label)-----\n") == true)
        #expect(try openssl("pkey", "-in", "key", "-noout", "-text").contains(shown))
        #expect(mode("key") == 0o600)
    }

    @Test func `A key of another kind or a damaged one gives way, unless the task says to leave it`() throws {
        let key: JSONObject = ["path": .string(path("key")), "type": "ECC", "curve": "secp256r1"]
        try run("openssl_privatekey", key)
        let other = key.merging(["curve": "secp384r1"])
        #expect(throws: TaskFailure.self) { try run("openssl_privatekey", other.merging(["regenerate": "fail"])) }
        #expect(try !run("openssl_privatekey", other.merging(["regenerate": "never"])).changed)
        let converted = key.merging(["format": "pkcs8", "format_mismatch": "convert"])
        let before = try openssl("pkey", "-in", "key", "-pubout")
        try converges("openssl_privatekey", converted)
        #expect(try openssl("pkey", "-in", "key", "-pubout") == before)
        try converges("openssl_privatekey", other)
        try write("damaged", "key")
        try converges("openssl_privatekey", other)
        #expect(try check("openssl_privatekey", key).changed)
        try converges("openssl_privatekey", ["path": .string(path("key")), "state": "absent"])
    }

    private func request(_ more: JSONObject = [:]) throws -> JSONObject {
        try run("openssl_privatekey", ["path": .string(path("key")), "type": "ECC", "curve": "secp256r1"])
        return JSONObject([
            ("path", .string(path("csr"))), ("privatekey_path", .string(path("key"))), ("common_name", "host.example"),
        ]).merging(more)
    }

    @Test func `A request holds names and uses, and is made anew where these differ`() throws {
        let arguments = try request([
            "organization_name": "Örg", "country_name": "DE",
            "subject_alt_name": "DNS:a.example,IP:10.0.0.1,IP:fd00::1",
            "key_usage": ["digitalSignature", "keyEncipherment"], "extended_key_usage": "serverAuth",
            "basic_constraints": ["CA:FALSE"], "key_usage_critical": true,
        ])
        try converges("openssl_csr", arguments)
        let shown = try openssl("req", "-in", "csr", "-noout", "-text", "-verify", "-nameopt", "utf8")
        for part in [
            "C=DE, O=Örg, CN=host.example", "DNS:a.example, IP Address:10.0.0.1, IP Address:FD00:0:0:0:0:0:0:1",
            "X509v3 Key Usage: critical", "Digital Signature, Key Encipherment", "TLS Web Server Authentication",
            "CA:FALSE",
        ] { #expect(shown.contains(part), "\(part) in \(shown)") }
        try converges("openssl_csr", arguments.merging(["subject_alt_name": "DNS:b.example"]))
        #expect(throws: TaskFailure.self) { try run("openssl_csr", arguments.merging(["key_usage": ["fly"]])) }
    }

    @Test func `The common name is an alternative name where none is given`() throws {
        try converges("openssl_csr", try request())
        #expect(try openssl("req", "-in", "csr", "-noout", "-text").contains("DNS:host.example"))
    }

    @Test func `A certificate signed by its own key is made once`() throws {
        try run("openssl_csr", try request())
        let arguments: JSONObject = [
            "path": .string(path("cert")), "csr_path": .string(path("csr")), "privatekey_path": .string(path("key")),
            "provider": "selfsigned", "selfsigned_not_after": "+10d",
        ]
        try converges("x509_certificate", arguments)
        #expect(try openssl("verify", "-CAfile", "cert", "cert").contains("OK"))
        #expect(try openssl("x509", "-in", "cert", "-noout", "-checkend", "\(9 * 86400)").contains("will not expire"))
        #expect(try run("x509_certificate", arguments.merging(["force": true])).changed)
        let dated = arguments.merging([
            "ignore_timestamps": false, "selfsigned_not_before": "20200101000000Z",
            "selfsigned_not_after": "20400101000000Z",
        ])
        try converges("x509_certificate", dated)
        #expect(try run("x509_certificate", dated).result["notAfter"] == "20400101000000Z")
    }

    @Test func `A certificate of our own authority is made once, and again for another key`() throws {
        try run("openssl_privatekey", ["path": .string(path("ca.key")), "size": 2048])
        try run(
            "openssl_csr",
            [
                "path": .string(path("ca.csr")), "privatekey_path": .string(path("ca.key")), "common_name": "Authority",
                "basic_constraints": "CA:TRUE,pathlen:0", "basic_constraints_critical": true,
                "key_usage": "keyCertSign",
                "use_common_name_for_san": false,
            ])
        try run(
            "x509_certificate",
            [
                "path": .string(path("ca")), "csr_path": .string(path("ca.csr")), "provider": "selfsigned",
                "privatekey_path": .string(path("ca.key")),
            ])
        try run("openssl_csr", try request())
        let arguments: JSONObject = [
            "path": .string(path("cert")), "csr_path": .string(path("csr")), "provider": "ownca",
            "ownca_path": .string(path("ca")), "ownca_privatekey_path": .string(path("ca.key")),
        ]
        try converges("x509_certificate", arguments)
        #expect(try openssl("verify", "-CAfile", "ca", "cert").contains("OK"))
        let serial = try run("x509_certificate", arguments).result["serial_number"]?.string
        let digits = try openssl("x509", "-in", "cert", "-noout", "-serial").trimmed.dropFirst("serial=".count)
        #expect(
            try Spawn(arguments: ["python3", "-c", "print(int('\(digits)', 16))"]).run().outputText.trimmed == serial)
        try run("openssl_privatekey", ["path": .string(path("key")), "type": "Ed25519"])
        try run("openssl_csr", ["path": .string(path("csr")), "privatekey_path": .string(path("key")), "CN": "x"])
        try converges("x509_certificate", arguments)
        let wrong = arguments.merging(["ownca_privatekey_path": .string(path("key"))])
        #expect(throws: TaskFailure.self) { try run("x509_certificate", wrong) }
    }

    @Test(arguments: [("type", "DSA"), ("curve", "secp256k1"), ("passphrase", "x")])
    func `What is not supported is told before anything runs`(name: String, value: String) throws {
        let spec = try #require(ModuleSpec.named("community.crypto.openssl_privatekey"))
        #expect(spec.normalize(JSONObject([("path", "/k"), (name, .string(value))])).1.count == 1)
    }
}
