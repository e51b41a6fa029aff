import FoundationEssentials
import Testing

@testable import Credentials

@Suite struct SSHKeyPairTests {
    @Test func readsWhatItWrites() throws {
        for comment in ["", "a", "cluster@kube", "eight888", "nine99999"] {
            let pair = SSHKeyPair(comment: comment)
            #expect(SSHKeyPair(privateKeyText: pair.privateKeyText) == pair)
        }
    }

    @Test func opensshReadsTheKeysAndFindsThemABelongingPair() throws {
        try withTemporaryFolder { folder in
            for comment in ["x", "cluster@kube", "root@a-very-long-machine-name-indeed"] {
                let pair = SSHKeyPair(comment: comment)
                try StateFolder(path: folder).write("id", pair.privateKeyText)
                let (publicLine, status) = try run("ssh-keygen -y -P '' -f \(folder)/id")
                #expect(status == 0)
                #expect(publicLine == pair.publicKeyLine + "\n")
                try StateFolder(path: folder).write("id.pub", pair.publicKeyLine + "\n")
                let (listing, listed) = try run("ssh-keygen -l -f \(folder)/id.pub")
                #expect(listed == 0)
                #expect(listing.hasPrefix("256 SHA256:") && listing.hasSuffix(" \(comment) (ED25519)\n"))
            }
        }
    }

    @Test func readsAKeyThatOpensshMade() throws {
        try withTemporaryFolder { folder in
            #expect(try run("ssh-keygen -q -t ed25519 -N '' -C theirs -f \(folder)/id").status == 0)
            let pair = try #require(SSHKeyPair(privateKeyText: try text("\(folder)/id")))
            #expect(try text("\(folder)/id.pub") == pair.publicKeyLine + "\n")
        }
    }

    @Test func opensshSignsAndVerifiesWithOurPair() throws {
        try withTemporaryFolder { folder in
            let pair = SSHKeyPair(comment: "signer")
            try StateFolder(path: folder).write("id", pair.privateKeyText)
            try StateFolder(path: folder).write("allowed", "signer \(pair.publicKeyWithoutComment)\n")
            try StateFolder(path: folder).write("message", "hello\n")
            #expect(try run("ssh-keygen -q -Y sign -n test -f \(folder)/id \(folder)/message").status == 0)
            let verify = "ssh-keygen -Y verify -n test -I signer -f \(folder)/allowed -s \(folder)/message.sig"
            #expect(try run("\(verify) < \(folder)/message").status == 0)
        }
    }

    @Test func refusesEverythingElse() {
        let pair = SSHKeyPair(comment: "c")
        var lines = pair.privateKeyText.split(separator: "\n").map(String.init)
        lines.remove(at: 2)
        #expect(SSHKeyPair(privateKeyText: lines.joined(separator: "\n")) == nil)
        #expect(SSHKeyPair(privateKeyText: "") == nil)
        #expect(SSHKeyPair(privateKeyText: pair.publicKeyLine) == nil)
        for length in stride(from: 0, to: pair.privateKeyText.count, by: 7) {
            #expect(SSHKeyPair(privateKeyText: String(pair.privateKeyText.prefix(length))) == nil)
        }
    }

    @Test func neverPrintsItsPrivateHalf() {
        let pair = SSHKeyPair(comment: "c")
        #expect("\(pair)" == pair.publicKeyLine)
        #expect(String(reflecting: pair) == pair.publicKeyLine)
    }
}
