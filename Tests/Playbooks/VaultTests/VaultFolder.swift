import Foundation
import Linux

/// A folder of one test, removed at its end.
final class VaultFolder {
    let path = NSTemporaryDirectory() + "vault-" + UUID().uuidString

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file and answers its path.
    @discardableResult func file(_ name: String, _ text: String, mode: Int = 0o600) throws -> String {
        let file = path + "/" + name
        try text.write(toFile: file, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        return file
    }

    func text(_ name: String) throws -> String { try String(contentsOfFile: path + "/" + name, encoding: .utf8) }

    /// The peer's `ansible-vault`.
    func peer(_ arguments: String...) throws -> String {
        let run = try CapturedProgram(
            running: ["/usr/bin/ansible-vault"] + arguments,
            environment: ["PATH=/usr/bin:/bin", "HOME=" + path, "LC_ALL=C.UTF-8"], within: 60)
        guard run.status == WaitStatus(0) else { throw PeerFailure(errors: run.errors) }
        return String(decoding: run.output, as: UTF8.self)
    }

    struct PeerFailure: Error {
        var errors: String
    }
}
