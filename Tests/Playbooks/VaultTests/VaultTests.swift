import Diagnostics
import JSON
import Peers
import Testing
import YAML

@testable import Vault

@Suite struct VaultTests {
    private static let place = SourceLocation(file: "f", line: 3, column: 5)
    private let vault = Vault([.init(Array("one".utf8)), .init(label: "prod", Array("two".utf8))])

    @Test(arguments: ["", "x", "sixteen bytes it", "with\nlines and ünicode\n", String(repeating: "long ", count: 999)])
    func `What is encrypted is decrypted, and never encrypted the same twice`(text: String) throws {
        let sealed = try vault.encrypt(Array(text.utf8))
        #expect(sealed.hasPrefix("$ANSIBLE_VAULT;1.1;AES256\n") && sealed.hasSuffix("\n"))
        #expect(sealed.split(separator: "\n").allSatisfy { $0.count <= 80 })
        #expect(try vault.decrypt(Array(sealed.utf8), at: Self.place) == Array(text.utf8))
        #expect(try vault.encrypt(Array(text.utf8)) != sealed)
    }

    @Test @Peers func `The peer's ansible-vault opens what is encrypted here, and the other way round`() throws {
        let folder = try VaultFolder()
        let (one, two) = (try folder.file("one", "one\n"), try folder.file("two", "two\n"))
        let (plain, bytes) = ("secret: ünicode\n", Array("secret: ünicode\n".utf8))
        try folder.file("ours", try vault.encrypt(bytes))
        #expect(try folder.peer("view", "--vault-password-file", one, folder.path + "/ours") == plain)
        let labelled = try vault.encrypt(bytes, label: "prod")
        #expect(labelled.hasPrefix("$ANSIBLE_VAULT;1.2;AES256;prod\n"))
        try folder.file("ours", labelled)
        #expect(try folder.peer("view", "--vault-id", "prod@" + two, folder.path + "/ours") == plain)
        let theirs = try folder.file("theirs", plain)
        _ = try folder.peer("encrypt", "--vault-password-file", one, theirs)
        #expect(try vault.content(ofFile: theirs) == bytes)
        _ = try folder.peer("rekey", "--vault-password-file", one, "--new-vault-id", "prod@" + two, theirs)
        #expect(try folder.text("theirs").hasPrefix("$ANSIBLE_VAULT;1.2;AES256;prod\n"))
        #expect(try vault.content(ofFile: theirs) == bytes)
        let string = try folder.peer("encrypt_string", "--vault-id", "prod@" + two, "top secret", "--name", "password")
        let node = try vault.document(string, file: "vars.yml")
        #expect(node.json == ["password": "top secret"])
        #expect(vault.secrets.all.contains("top secret"))
    }

    @Test func `An encrypted string is a string, whatever it looks like`() throws {
        let sealed = try vault.encrypt(Array("0644".utf8)).split(separator: "\n").joined(separator: "\n    ")
        let node = try vault.document("a:\n  - plain\n  - !vault |\n    \(sealed)\n", file: "v")
        #expect(node.json == ["a": ["plain", "0644"]])
    }

    @Test func `All that cannot be decrypted is told with its place, and never what it holds`() throws {
        let sealed = try vault.encrypt(Array("the secret".utf8), label: "prod")
        let inner = sealed.split(separator: "\n").joined(separator: "\n  ")
        let text = "a: !vault |\n  \(inner)\nb: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  61xx\nc: !vault no envelope\n"
        let stranger = Vault([.init(Array("other".utf8))])
        let error = #expect(throws: Diagnoses.self) { try stranger.document(text, file: "vars.yml") }
        let fix = "  fix: restore it, or encrypt it anew"
        #expect(
            error?.description == """
                vars.yml:1:4: no vault password opens this: it was encrypted as 'prod', and tried were those for 'default'
                  fix: give the password it was encrypted with; where that was given, the data is damaged
                vars.yml:8:4: this encrypted data is damaged: it does not consist of pairs of hexadecimal digits
                \(fix)
                vars.yml:11:4: this encrypted data is damaged: its first line is not '$ANSIBLE_VAULT;VERSION;CIPHER'
                \(fix)
                """)
        let none = #expect(throws: Diagnoses.self) { try Vault().document("a: !vault |\n  \(inner)\n", file: "x") }
        #expect(none?.description.contains("x:1:4: this is encrypted, and no vault password was given") == true)
    }

    @Test(arguments: ["$ANSIBLE_VAULT;1.0;AES256\n61", "$ANSIBLE_VAULT;1.1;ROT13\n61", "$ANSIBLE_VAULT;1.1;AES256\n6"])
    func `Formats, ciphers and digits that are none are told`(text: String) {
        #expect(throws: VaultError.self) { try vault.decrypt(Array(text.utf8), at: Self.place) }
    }

    @Test func `Every changed byte is found`() throws {
        let sealed = Array(try vault.encrypt(Array("the secret".utf8)).utf8)
        for position in stride(from: 28, to: sealed.count - 1, by: 7) where sealed[position] != 0x0A {
            var changed = sealed
            changed[position] = changed[position] == 0x33 ? 0x36 : 0x33
            #expect(throws: VaultError.self, "at \(position)") { try vault.decrypt(changed, at: Self.place) }
        }
    }

    @Test func `A file's values are secrets once they are decrypted, but not its keys and flags`() throws {
        let folder = try VaultFolder()
        let text = "key_name: value one\nlist: [12345, true]\npem: |\n  -----BEGIN X-----\n  abcdefghijkl\n"
        let path = try folder.file("v.yml", try vault.encrypt(Array(text.utf8)))
        #expect(try vault.document(inFile: path).json["key_name"] == "value one")
        let pem = "-----BEGIN X-----\nabcdefghijkl\n"
        #expect(vault.secrets.all == ["value one", "12345", pem, "abcdefghijkl"])
    }

    @Test func `Masking leaves nothing of a secret, the longest first, and short texts alone`() {
        let masking = Masking(["secret", "secret phrase", "abc", "4711"])
        #expect(masking.text("a secret phrase, a secret, abc") == "a ********, a ********, abc")
        #expect(
            masking.json(["secret": [4711, 4712, "my secret"], "ok": true])
                == ["********": ["********", 4712, "my ********"], "ok": true])
    }
}
