internal import Crypto
internal import JSON

extension FilterTable {
    static let hashFilters: [String: Filter] = [
        "hash": text { value, arguments in try Digests.hexadecimal(value, try arguments.text(0, "hashtype") ?? "sha1")
        },
        "checksum": text { value, _ in try Digests.hexadecimal(value, "sha1") },
        "sha1": text { value, _ in try Digests.hexadecimal(value, "sha1") },
        "md5": text { value, _ in try Digests.hexadecimal(value, "md5") },
        "crc32": text { value, _ in String(Digests.crc32(Array(value.utf8)), radix: 16) },
        "password_hash": text { value, arguments in
            let method = try arguments.text(0, "hashtype") ?? "sha512"
            func option(_ position: Int, _ name: String) throws -> JSON? {
                guard let value = try arguments.json(position, name), !value.isNull else { return nil }
                return value
            }
            return try PasswordHash(
                method: method, salt: try option(1, "salt")?.pythonText,
                saltSize: try option(2, "salt_size")?.integer, rounds: try option(3, "rounds")?.integer,
                ident: try option(4, "ident")?.pythonText
            ).hashed(value)
        },
        "to_uuid": text { value, arguments in
            let namespace = try arguments.text(0, "namespace") ?? "361E6D51-FAEC-444A-9079-341386DA8E2E"
            let digits = namespace.lowercased().replacing("-", with: "").replacing("urn:uuid:", with: "")
            let bytes = stride(from: 0, to: digits.utf8.count, by: 2).compactMap { start in
                UInt8(digits.dropFirst(start).prefix(2), radix: 16)
            }
            guard digits.utf8.count == 32, bytes.count == 16 else {
                throw TemplateProblemThrown.bad("to_uuid", "the namespace '\(namespace)' is no UUID")
            }
            var uuid = Array(Insecure.SHA1.hash(data: bytes + Array(value.utf8)).prefix(16))
            uuid[6] = uuid[6] & 0x0F | 0x50
            uuid[8] = uuid[8] & 0x3F | 0x80
            let text = Digests.hexadecimal(uuid)
            var rest = text[...]
            return [8, 4, 4, 4, 12].map { count in
                defer { rest = rest.dropFirst(count) }
                return String(rest.prefix(count))
            }.joined(separator: "-")
        },
    ]
}

/// Digests of texts.
enum Digests {
    static func hexadecimal(_ text: String, _ algorithm: String) throws -> String {
        let bytes = Array(text.utf8)
        let digest: [UInt8] =
            switch algorithm {
            case "sha256": Array(SHA256.hash(data: bytes))
            case "sha384": Array(SHA384.hash(data: bytes))
            case "sha512": Array(SHA512.hash(data: bytes))
            case "sha1": Array(Insecure.SHA1.hash(data: bytes))
            case "md5": Array(Insecure.MD5.hash(data: bytes))
            default:
                throw TemplateProblemThrown.bad(
                    "hash", "the algorithms are md5, sha1, sha256, sha384 and sha512, not '\(algorithm)'")
            }
        return hexadecimal(digest)
    }

    static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The CRC of zip and Ethernet.
    static func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
    }
}
