/// ansible-vault's text form: a head with version, cipher and, from 1.2 on, the vault id; then lines of 80 hexadecimal
/// digits.
struct VaultEnvelope: Hashable {
    private static let mark = "$ANSIBLE_VAULT"

    /// Why a text with the head of an envelope cannot be opened, whatever the password.
    enum Damage: Error, Hashable {
        case head(String)
        case version(String)
        case cipher(String)
        case digits
        case parts
    }

    /// The vault id; nil in format 1.1.
    var label: String?
    var sealed: VaultCipher.Sealed

    static func isEnvelope(_ bytes: some Collection<UInt8>) -> Bool { bytes.starts(with: mark.utf8) }

    init(label: String?, sealed: VaultCipher.Sealed) {
        self.label = label
        self.sealed = sealed
    }

    init(_ bytes: some Collection<UInt8>) throws(Damage) {
        let lines = bytes.split { $0 == 0x0A || $0 == 0x0D }
        let head = String(decoding: lines.first ?? bytes[bytes.startIndex..<bytes.startIndex], as: UTF8.self)
        let fields = head.split(separator: ";", omittingEmptySubsequences: false).map { $0.filter { !$0.isWhitespace } }
        guard fields.count >= 3, fields[0] == Self.mark else { throw .head(head) }
        guard fields[1] == "1.1" || fields[1] == "1.2" else { throw .version(fields[1]) }
        guard fields[2] == "AES256" else { throw .cipher(fields[2]) }
        label = fields.count > 3 ? fields[3] : nil
        let digits = lines.dropFirst().flatMap { $0.filter { $0 != 0x20 && $0 != 0x09 } }
        guard let inner = Self.bytes(ofHexadecimal: digits) else { throw .digits }
        let parts = inner.split(separator: 0x0A, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .parts }
        guard let salt = Self.bytes(ofHexadecimal: parts[0]), let code = Self.bytes(ofHexadecimal: parts[1]),
            let ciphertext = Self.bytes(ofHexadecimal: parts[2])
        else { throw .digits }
        guard !salt.isEmpty, !ciphertext.isEmpty else { throw .parts }
        sealed = VaultCipher.Sealed(salt: salt, authenticationCode: code, ciphertext: ciphertext)
    }

    /// The envelope as ansible-vault writes it; without a label, or with `default`, in format 1.1.
    var text: String {
        let isLabelled = label.map { !$0.isEmpty && $0 != "default" } ?? false
        let head = isLabelled ? "\(Self.mark);1.2;AES256;\(label ?? "")" : "\(Self.mark);1.1;AES256"
        let inner = [sealed.salt, sealed.authenticationCode, sealed.ciphertext].map(Self.hexadecimal).joined(
            separator: "\n")
        let digits = Array(Self.hexadecimal(Array(inner.utf8)).utf8)
        let lines = stride(from: 0, to: digits.count, by: 80).map {
            String(decoding: digits[$0..<min($0 + 80, digits.count)], as: UTF8.self)
        }
        return ([head] + lines).joined(separator: "\n") + "\n"
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func bytes(ofHexadecimal text: some Collection<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2)
        var high: UInt8?
        for letter in text {
            guard let digit = Character(Unicode.Scalar(letter)).hexDigitValue.map(UInt8.init) else { return nil }
            if let first = high { bytes.append(first << 4 | digit) }
            high = high == nil ? digit : nil
        }
        return high == nil ? bytes : nil
    }
}
