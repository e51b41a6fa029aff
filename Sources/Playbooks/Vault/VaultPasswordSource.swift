internal import FoundationEssentials
internal import Glibc
internal import Linux

/// Where a vault password comes from: a file, a program, or a person.
package struct VaultPasswordSource: Hashable, Sendable {
    private enum Origin: Hashable {
        case file(String)
        case prompt
    }

    private let label: String?
    private let origin: Origin

    /// `LABEL@FILE`, `LABEL@prompt`, or either without a label (`--vault-id`).
    package init(vaultID text: String) {
        let at = text.firstIndex(of: "@")
        let source = at.map { String(text[text.index(after: $0)...]) } ?? text
        label = at.map { String(text[..<$0]) }.flatMap { $0.isEmpty ? nil : $0 }
        origin = source == "prompt" || source == "prompt_ask_vault_pass" ? .prompt : .file(source)
    }

    /// `--vault-password-file`.
    package init(file: String) {
        label = nil
        origin = .file(file)
    }

    /// `--ask-vault-pass`.
    package static let prompt = VaultPasswordSource(vaultID: "prompt")

    /// What the command line and the configuration name, in the order in which Ansible tries them.
    package static func all(vaultIDs: [String], passwordFiles: [String], asks: Bool) -> [VaultPasswordSource] {
        vaultIDs.map { VaultPasswordSource(vaultID: $0.filter { !$0.isWhitespace }) }
            + passwordFiles.map { VaultPasswordSource(file: $0) } + (asks ? [prompt] : [])
    }

    /// Gets the password; a file may be encrypted with one that is in the vault already, and `ask` gets the label.
    package func password(
        _ vault: Vault = Vault(), environment: [String: String], ask: (_ label: String) throws -> String
    ) throws -> Vault.Password {
        let name = label ?? Vault.defaultLabel
        let bytes: [UInt8]
        let source: String
        switch origin {
        case .prompt:
            bytes = Self.trimmed(Array(try ask(name).utf8))
            source = "the prompt for '\(name)'"
        case .file(let path):
            let path = Self.expanded(path, environment)
            source = path
            guard access(path, F_OK) == 0 else {
                throw VaultError.passwordFile(path, why: errorText(errno))
            }
            bytes =
                Self.isProgram(path) ? try answer(of: path, environment) : Self.trimmed(try vault.content(ofFile: path))
        }
        guard !bytes.isEmpty else { throw VaultError.emptyPassword(of: source) }
        vault.secrets.insert(String(decoding: bytes, as: UTF8.self))
        return Vault.Password(label: name, bytes)
    }

    private static func isProgram(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_mode & 0o111 != 0
    }

    private static func expanded(_ path: String, _ environment: [String: String]) -> String {
        path.hasPrefix("~/") ? (environment["HOME"] ?? "") + path.dropFirst() : path
    }

    /// A program whose name ends in `-client` is told the vault id.
    private func answer(of path: String, _ environment: [String: String]) throws -> [UInt8] {
        var name = path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...]
        if let dot = name.dropFirst().lastIndex(of: ".") { name = name[..<dot] }
        let arguments = name.hasSuffix("-client") ? ["--vault-id", label ?? Vault.defaultLabel] : []
        let full = path.contains("/") ? path : "./" + path
        let run: CapturedProgram
        do throws(LinuxError) {
            run = try CapturedProgram(
                running: [full] + arguments, environment: environment.map { "\($0.key)=\($0.value)" }, within: 120,
                input: 0)
        } catch {
            throw VaultError.passwordProgram(path, why: "cannot be run", errors: error.diagnosis.why ?? "")
        }
        let errors = run.errors.split(separator: "\n").joined(separator: "\n")
        if run.isOverdue { throw VaultError.passwordProgram(path, why: "did not end within 120 s", errors: errors) }
        guard run.status == WaitStatus(0) else {
            throw VaultError.passwordProgram(path, why: "failed with status \(run.status.code)", errors: errors)
        }
        return Self.trimmed(run.output, of: [0x0A, 0x0D])
    }

    private static func trimmed(_ bytes: [UInt8], of space: Set<UInt8> = [0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x20])
        -> [UInt8]
    {
        var bytes = bytes.drop { space.contains($0) }
        while let last = bytes.last, space.contains(last) { bytes.removeLast() }
        return Array(bytes)
    }
}

extension Vault {
    /// The passwords of all sources, in order.
    package init(
        sources: [VaultPasswordSource], environment: [String: String], ask: (_ label: String) throws -> String
    ) throws {
        let secrets = SecretTexts()
        var passwords: [Password] = []
        for source in sources {
            passwords.append(
                try source.password(Vault(passwords, secrets: secrets), environment: environment, ask: ask))
        }
        self.init(passwords, secrets: secrets)
    }
}
