package import Credentials
import FoundationEssentials

/// Takes secrets out of text that others will read.
package struct Redaction: Sendable {
    static let mark = "[left out]"
    /// Texts that are secrets themselves, longest first.
    private let secrets: [String]

    package init(secrets: [String]) { self.secrets = secrets.sorted { $0.count > $1.count } }

    /// Knows every private key that a cluster's state folder holds.
    package init(for credentials: CredentialStore) {
        var found: Set<String> = []
        let files = FileManager.default.enumeratedFiles(below: credentials.folder)
        for file in files {
            // A file that cannot be read cannot have been copied into anything here either.
            guard let text = try? String(contentsOf: URL(filePath: file), encoding: .utf8) else { continue }
            let isKeyFile = text.contains("PRIVATE KEY-----")
            for line in text.split(separator: "\n") {
                if isKeyFile, !line.hasPrefix("-----"), line.count >= 8 { found.insert(String(line)) }
                if let value = Self.kubeconfigSecret(line) { found.insert(value) }
            }
        }
        self.init(secrets: Array(found))
    }

    private static func kubeconfigSecret(_ line: Substring) -> String? {
        for key in ["client-key-data:", "token:", "password:"] {
            guard let range = line.firstRange(of: key) else { continue }
            let value = line[range.upperBound...].filter { !$0.isWhitespace }
            if value.count >= 16 { return value }
        }
        return nil
    }

    /// The text without known secrets, private keys of any kind, and what stands after words such as `password=`.
    package func text(_ text: String) -> String {
        var text = text
        for secret in secrets where text.contains(secret) { text = text.replacing(secret, with: Self.mark) }
        var isInKey = false
        return text.split(separator: "\n", omittingEmptySubsequences: false).compactMap { line -> String? in
            if line.contains("PRIVATE KEY-----") {
                let begins = line.contains("-----BEGIN")
                isInKey = begins && !line.contains("-----END")
                return begins ? Self.mark : nil
            }
            return isInKey ? nil : Self.withoutNamedValues(line)
        }.joined(separator: "\n")
    }

    /// `password=abc` and `token: "abc"` without their values.
    private static func withoutNamedValues(_ line: Substring) -> String {
        let lowered = line.lowercased()
        guard ["password", "passwd", "token", "secret", "bearer"].contains(where: lowered.contains) else {
            return String(line)
        }
        var words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        for at in words.indices {
            let word = words[at].lowercased()
            guard let name = ["password", "passwd", "token", "secret", "bearer"].first(where: word.contains) else {
                continue
            }
            if let sign = words[at].firstIndex(where: { $0 == "=" || $0 == ":" }),
                words[at].index(after: sign) < words[at].endIndex,
                word.prefix(words[at].distance(from: words[at].startIndex, to: sign)).contains(name)
            {
                words[at] = String(words[at][...sign]) + mark
            } else if at + 1 < words.count, word.hasSuffix(":") || word.hasSuffix("=") || word == "bearer" {
                words[at + 1] = mark
            }
        }
        return words.joined(separator: " ")
    }
}

extension FileManager {
    /// The paths of all plain files in a folder and those below it.
    fileprivate func enumeratedFiles(below folder: String) -> [String] {
        // A folder that is not there has no files.
        ((try? subpathsOfDirectory(atPath: folder)) ?? []).map { folder + "/" + $0 }
    }
}
