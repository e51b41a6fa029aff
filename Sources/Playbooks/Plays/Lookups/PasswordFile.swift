internal import Diagnostics
internal import FoundationEssentials
internal import Synchronization
internal import Templates

/// Where the lookup `password` keeps what it made up: readable to its owner alone.
struct PasswordFile {
    // Of several machines that ask at once, one makes the password.
    private static let turn = Mutex(())
    private let path: String

    init(_ path: String) { self.path = path }

    func value(of password: GeneratedPassword) throws -> String {
        try Self.turn.withLock { _ in
            if path == "/dev/null" { return try password.value(keptAs: nil).value }
            let (value, kept) = try password.value(keptAs: try content())
            if let kept { try write(kept) }
            return value
        }
    }

    private func content() throws -> String? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return Conversions.trimmed(
            String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self), atStart: false)
    }

    private func write(_ text: String) throws {
        let folder = URL(filePath: path).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try Data((text + "\n").utf8).write(to: URL(filePath: path), options: .atomic)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        } catch {
            throw PlayError.unwritable(path: path, reason: "\(error)")
        }
    }
}
