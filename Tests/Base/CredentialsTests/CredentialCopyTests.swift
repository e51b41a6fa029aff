import Foundation
import Testing

@testable import Credentials

struct CredentialCopyTests {
    @Test func `a copy has the same keys under its own name, and no lock or journal`() throws {
        try withTemporaryFolder { root in
            let first = CredentialStore(root: root, uuid: "11111111-1111-1111-1111-111111111111")
            try first.prepare(
                CredentialRequest(
                    cluster: "one", clusterfilePath: "/x/Clusterfile",
                    machines: [.init(name: "m", address: "10.0.0.1", isMember: true)], master: "m", user: "cluster"),
                now: Date(timeIntervalSince1970: 1_700_000_000))
            for name in ["lock", "journal.jsonl"] { try first.subfolder(nil).write(name, "x") }
            let second = CredentialStore(root: root, uuid: "22222222-2222-2222-2222-222222222222")
            try first.copy(to: second, named: "two")
            #expect(try second.userKey() == first.userKey())
            #expect(try second.hostKey(ofMachine: "m") == first.hostKey(ofMachine: "m"))
            #expect(try second.kubeconfig() == first.kubeconfig())
            let names = try second.subfolder(nil).names()
            #expect(!names.contains("lock") && !names.contains("journal.jsonl"))
            #expect(try CredentialStore.clusters(root: root).map(\.name) == ["one", "two"])
            #expect(try permissions(second.sshPrivateKeyPath) == 0o600)
        }
    }
}
