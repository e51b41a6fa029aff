import Diagnostics
import Testing

@testable import Vault

@Suite struct VaultPasswordTests {
    private let environment = ["PATH": "/usr/bin:/bin"]

    private func passwords(
        _ ids: [String], files: [String] = [], asks: Bool = false
    ) throws -> [Vault.Password] {
        let sources = VaultPasswordSource.all(vaultIDs: ids, passwordFiles: files, asks: asks)
        return try Vault(sources: sources, environment: environment) { "asked for \($0)\n" }.passwords
    }

    @Test func `Passwords come from files, programs, clients that are told the id, and people, in Ansible's order`()
        throws
    {
        let folder = try VaultFolder()
        let file = try folder.file("file", "  from file \n")
        let program = try folder.file("program.sh", "#!/bin/sh\necho from program\necho hm >&2\n", mode: 0o700)
        let client = try folder.file("keys-client.sh", "#!/bin/sh\necho client \"$@\"\n", mode: 0o700)
        let found = try passwords(
            ["dev@" + program, "prod@" + client, "ask@prompt"], files: [file], asks: true)
        #expect(found.map(\.label) == ["dev", "prod", "ask", "default", "default"])
        #expect(
            found.map { String(decoding: $0.bytes, as: UTF8.self) } == [
                "from program", "client --vault-id prod", "asked for ask", "from file",
                "asked for default",
            ])
    }

    @Test func `A password file may itself be encrypted with a password before it`() throws {
        let folder = try VaultFolder()
        let first = try folder.file("first", "one")
        let second = try folder.file("second", try Vault([.init(Array("one".utf8))]).encrypt(Array("two\n".utf8)))
        #expect(try passwords(["a@" + first, "b@" + second]).map(\.bytes) == [Array("one".utf8), Array("two".utf8)])
    }

    @Test func `What gives no password says why`() throws {
        let folder = try VaultFolder()
        let empty = try folder.file("empty", "\n")
        let failing = try folder.file("failing", "#!/bin/sh\necho no key >&2\nexit 3\n", mode: 0o700)
        let broken = try folder.file("broken", "just a password\n", mode: 0o700)
        for (id, message) in [
            ("/no/such/file", "the vault password file /no/such/file cannot be read: No such file or directory"),
            (empty, "the vault password from \(empty) is empty"),
            (failing, "the vault password program \(failing) failed with status 3: no key"),
            (broken, "the vault password program \(broken) cannot be run: Exec format error"),
        ] {
            let error = #expect(throws: VaultError.self) { try passwords([id]) }
            #expect(error?.diagnosis.rendered.hasPrefix(message) == true, "\(String(describing: error))")
        }
    }
}
