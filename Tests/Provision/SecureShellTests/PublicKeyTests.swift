import Testing

@testable import SecureShell

struct PublicKeyTests {
    // A key of RFC 8032's first test vector, whose private half is public too.
    private let line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea user@host"

    @Test func aLineIsReadAndWrittenWithoutItsComment() throws {
        let key = try PublicKey(openSSH: line)
        #expect(key.algorithm == "ssh-ed25519")
        #expect(key.openSSH == line.split(separator: " ").prefix(2).joined(separator: " "))
        #expect(key.fingerprint.hasPrefix("SHA256:"))
        #expect(
            key.knownHostsLine(for: ["node1", "192.168.56.11"])
                == "node1,192.168.56.11 " + key.openSSH)
    }

    @Test(arguments: ["", "ssh-ed25519", "ssh-ed25519 AAAA", "nonsense AAAAC3Nz", "ssh-ed25519 !!!", "# comment here"])
    func anythingElseIsMalformed(line: String) {
        #expect(throws: SecureShellError.malformedPublicKey) { try PublicKey(openSSH: line) }
    }
}
