import CLibssh

/// An SSH public key, as a host shows it or a user is known by; well-formed once it exists.
package struct PublicKey: Hashable, Sendable {
    /// The key's type as SSH names it, such as `ssh-ed25519`.
    package let algorithm: String
    /// The key itself in base64.
    package let base64: String
    /// SHA256 in base64, as `ssh-keygen -l` shows it: `SHA256:…`.
    package let fingerprint: String

    /// Reads a line of a `.pub` file: algorithm, base64 and perhaps a comment.
    package init(openSSH line: String) throws(SecureShellError) {
        let words = line.split(whereSeparator: \.isWhitespace)
        guard words.count >= 2 else { throw .malformedPublicKey }
        try self.init(algorithm: String(words[0]), base64: String(words[1]))
    }

    private init(algorithm: String, base64: String) throws(SecureShellError) {
        var key: ssh_key?
        let type = ssh_key_type_from_name(algorithm)
        guard type != SSH_KEYTYPE_UNKNOWN, ssh_pki_import_pubkey_base64(base64, type, &key) == SSH_OK, let key else {
            throw .malformedPublicKey
        }
        defer { ssh_key_free(key) }
        self.algorithm = algorithm
        self.base64 = base64
        fingerprint = Self.fingerprint(of: key)
    }

    /// The line as OpenSSH writes it, without a comment.
    package var openSSH: String { "\(algorithm) \(base64)" }

    /// The line of a `known_hosts` file that makes OpenSSH trust this key for these names and addresses.
    ///
    /// A port other than 22 belongs into the name: `[192.168.56.11]:2222`.
    package func knownHostsLine(for names: [String]) -> String {
        names.joined(separator: ",") + " " + openSSH
    }

    static func fingerprint(of key: ssh_key) -> String {
        var hash: UnsafeMutablePointer<UInt8>?
        var length = 0
        guard ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &length) == SSH_OK else { return "unknown" }
        defer { ssh_clean_pubkey_hash(&hash) }
        guard let text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, length) else { return "unknown" }
        defer { ssh_string_free_char(text) }
        return String(cString: text)
    }
}
