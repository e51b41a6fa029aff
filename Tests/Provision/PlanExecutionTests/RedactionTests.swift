import Credentials
import Foundation
import Testing

@testable import PlanExecution

@Suite struct RedactionTests {
    private let any = Redaction(secrets: [])

    @Test func `every private key of the state folder is known, by each of its lines and where it is quoted`() throws {
        let root = Samples.folder()
        defer { try? FileManager.default.removeItem(atPath: root) }
        let store = CredentialStore(root: root, uuid: Samples.uuid.text)
        try store.prepare(
            CredentialRequest(
                cluster: "kube", clusterfilePath: "Clusterfile",
                machines: [.init(name: "a", address: "10.9.0.11", isMember: true)], master: "a", user: "cluster"),
            now: .now)
        let redaction = Redaction(for: store)
        var keys = 0
        for file in try FileManager.default.subpathsOfDirectory(atPath: store.folder) {
            guard let text = try? String(contentsOfFile: store.folder + "/" + file, encoding: .utf8) else { continue }
            if text.contains("PRIVATE KEY-----") {
                keys += 1
                for line in text.split(separator: "\n") where !line.hasPrefix("-----") {
                    #expect(
                        redaction.text("kernel: \(line) was printed") == "kernel: [left out] was printed", "\(file)")
                }
            }
        }
        #expect(keys >= 4)
        let kubeconfig = redaction.text(try store.kubeconfig())
        #expect(kubeconfig.contains("client-key-data: [left out]"))
        #expect(kubeconfig.contains("certificate-authority-data: LS0t"))
        // What is public stays, or the archive explains nothing.
        let line = try store.userKey().publicKeyLine
        #expect(redaction.text(line) == line)
    }

    @Test func `anybody's private key is left out`() {
        #expect(
            any.text("before\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----\nafter")
                == "before\n[left out]\nafter")
    }

    @Test(arguments: [
        ("password=hunter2 user=a", "password=[left out] user=a"),
        ("Root Password: hunter2", "Root Password: [left out]"),
        ("{\"token\": \"abc\", \"x\": 1}", "{\"token\": [left out] \"x\": 1}"),
        ("authorization: Bearer abc.def", "authorization: Bearer [left out]"),
        ("the password is not shown", "the password is not shown"),
        ("Started tokens.service", "Started tokens.service"),
    ])
    func `what is named as a secret is left out`(_ line: String, _ expected: String) {
        #expect(any.text(line) == expected)
    }
}
