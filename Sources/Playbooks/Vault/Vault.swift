package import Diagnostics
internal import FoundationEssentials
internal import Synchronization
package import YAML

/// Reads files and strings that ansible-vault encrypted, and those that it did not; knows what it decrypted.
package struct Vault: Sendable {
    /// A password under its vault id.
    package struct Password: Hashable, Sendable {
        package var label: String
        package var bytes: [UInt8]

        package init(label: String = Vault.defaultLabel, _ bytes: [UInt8]) {
            self.label = label
            self.bytes = bytes
        }
    }

    package static let defaultLabel = "default"

    /// In the order in which they were given.
    package let passwords: [Password]
    /// What was decrypted so far, through this vault and its copies.
    package let secrets: SecretTexts

    package init(_ passwords: [Password] = [], secrets: SecretTexts = SecretTexts()) {
        self.passwords = passwords
        self.secrets = secrets
    }

    /// Whether data is in ansible-vault's form.
    package static func isEncrypted(_ bytes: some Collection<UInt8>) -> Bool { VaultEnvelope.isEnvelope(bytes) }

    /// The data within an envelope: passwords of its vault id are tried first, then the others.
    package func decrypt(_ bytes: [UInt8], at place: SourceLocation) throws(VaultError) -> [UInt8] {
        let envelope: VaultEnvelope
        do throws(VaultEnvelope.Damage) {
            envelope = try VaultEnvelope(bytes)
        } catch {
            throw .damaged(why: error.explanation, at: place)
        }
        guard !passwords.isEmpty else { throw .noPassword(at: place) }
        let wanted = envelope.label ?? Self.defaultLabel
        let ordered = passwords.filter { $0.label == wanted } + passwords.filter { $0.label != wanted }
        for password in ordered {
            do {
                if let plain = try VaultCipher.open(envelope.sealed, password: password.bytes) { return plain }
            } catch {
                throw .damaged(why: "its parts have impossible lengths", at: place)
            }
        }
        throw .noPasswordOpens(label: envelope.label, tried: ordered.map(\.label), at: place)
    }

    /// An envelope of the data under the password of that label, or the first one.
    package func encrypt(_ plaintext: [UInt8], label: String? = nil) throws(VaultError) -> String {
        guard let password = passwords.first(where: { label == nil || $0.label == label }) else {
            throw .unknownLabel(label ?? Self.defaultLabel, known: passwords.map(\.label))
        }
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
        do {
            let sealed = try VaultCipher.seal(plaintext, password: password.bytes, salt: salt)
            return VaultEnvelope(label: password.label, sealed: sealed).text
        } catch {
            preconditionFailure("keys of fixed lengths are refused: \(error)")
        }
    }
}

extension Vault {
    /// A file's bytes, decrypted where they are encrypted, and then known as a secret.
    package func content(ofFile path: String) throws(Diagnoses) -> [UInt8] {
        let (bytes, wasEncrypted) = try read(path)
        if wasEncrypted { secrets.insert(String(decoding: bytes, as: UTF8.self)) }
        return bytes
    }

    /// The YAML document of a file that may be encrypted, or have encrypted strings in it.
    package func document(inFile path: String) throws(Diagnoses) -> YAMLNode {
        let (bytes, wasEncrypted) = try read(path)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Diagnoses([VaultError.unreadable(path, why: "it is not UTF-8").diagnosis])
        }
        let node = try document(text, file: path)
        if wasEncrypted { secrets.insertValues(of: node) }
        return node
    }

    /// The YAML document of a text that may have encrypted strings in it.
    package func document(_ text: String, file: String) throws(Diagnoses) -> YAMLNode {
        try opened(try YAML.document(text, file: file))
    }

    /// A tree with every `!vault` string decrypted; all that cannot be are told at once.
    package func opened(_ node: YAMLNode) throws(Diagnoses) -> YAMLNode {
        var problems: [Diagnosis] = []
        let opened = opened(node, &problems)
        if !problems.isEmpty { throw Diagnoses(problems) }
        return opened
    }

    private func opened(_ node: YAMLNode, _ problems: inout [Diagnosis]) -> YAMLNode {
        var node = node
        switch node.content {
        case .scalar(let scalar):
            guard node.tag == "!vault" || node.tag == "!vault-encrypted" else { return node }
            do throws(VaultError) {
                let text = try self.text(scalar.text, at: node.location)
                node.content = .scalar(.init(text: text, isPlain: false))
                node.tag = nil
            } catch {
                problems.append(error.diagnosis)
            }
        case .sequence(let elements): node.content = .sequence(elements.map { opened($0, &problems) })
        case .mapping(let entries):
            node.content = .mapping(entries.map { .init(key: $0.key, value: opened($0.value, &problems)) })
        }
        return node
    }

    private func text(_ envelope: String, at place: SourceLocation) throws(VaultError) -> String {
        let trimmed = envelope.drop { $0.isWhitespace }
        let plain = try decrypt(Array(trimmed.utf8), at: place)
        guard let text = String(validating: plain, as: UTF8.self) else { throw .notText(at: place) }
        secrets.insert(text)
        return text
    }

    private func read(_ path: String) throws(Diagnoses) -> (bytes: [UInt8], wasEncrypted: Bool) {
        do throws(VaultError) {
            let bytes: [UInt8]
            do {
                bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
            } catch {
                throw VaultError.unreadable(path, why: Self.reason(error))
            }
            guard Self.isEncrypted(bytes) else { return (bytes, false) }
            return (try decrypt(bytes, at: SourceLocation(file: path, line: 1, column: 1)), true)
        } catch {
            throw Diagnoses([error.diagnosis])
        }
    }

    static func reason(_ error: any Error) -> String {
        switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile?, .fileNoSuchFile?: "there is no such file"
        case .fileReadNoPermission?: "permission denied"
        default: "it is a folder, or cannot be opened"
        }
    }
}

extension VaultEnvelope.Damage {
    fileprivate var explanation: String {
        switch self {
        case .head: "its first line is not '$ANSIBLE_VAULT;VERSION;CIPHER'"
        case .version(let version): "its format '\(version)' is neither 1.1 nor 1.2"
        case .cipher(let cipher): "its cipher '\(cipher)' is not AES256"
        case .digits: "it does not consist of pairs of hexadecimal digits"
        case .parts: "salt, authentication code and ciphertext are not all there"
        }
    }
}
