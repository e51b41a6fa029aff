internal import Crypto

/// Hashes of passwords as crypt(3) writes them: `$1$` (MD5), `$5$` (SHA-256), `$6$` (SHA-512), `$2b$` (bcrypt).
struct PasswordHash {
    private enum Method: String {
        case md5, sha256, sha512, blowfish

        var saltSize: Int { self == .md5 ? 8 : self == .blowfish ? 22 : 16 }
    }

    private let method: Method
    let salt: String
    private let rounds: Int?
    private let ident: String

    init(method name: String, salt: String?, saltSize: Int?, rounds: Int?, ident: String?) throws {
        let short = name.hasSuffix("_crypt") ? String(name.dropLast(6)) : name == "bcrypt" ? "blowfish" : name
        guard let method = Method(rawValue: short) else {
            throw Self.bad("the methods are md5, sha256, sha512 and bcrypt, not '\(name)'")
        }
        let ranges: [Method: ClosedRange<Int>] = [
            .sha256: 1000...999_999_999, .sha512: 1000...999_999_999, .blowfish: 4...31,
        ]
        if let rounds, ranges[method]?.contains(rounds) != true {
            throw Self.bad("\(rounds) rounds cannot be had of \(name)")
        }
        self.method = method
        self.rounds = rounds
        self.ident = ident ?? "2b"
        guard ["2a", "2b", "2y"].contains(self.ident) else { throw Self.bad("unknown ident '\(self.ident)'") }
        let size = saltSize ?? method.saltSize
        guard size <= method.saltSize, size > 0 else {
            throw Self.bad("the salt has at most \(method.saltSize) characters")
        }
        self.salt = salt ?? Self.randomSalt(size)
        guard self.salt.allSatisfy({ Self.alphabet.contains($0) }) else {
            throw Self.bad("a salt has letters, digits, '.' and '/' only")
        }
        guard self.salt.count <= method.saltSize, method != .blowfish || self.salt.count == 22 else {
            throw Self.bad(
                method == .blowfish
                    ? "bcrypt's salt has 22 characters" : "the salt has at most \(method.saltSize) characters")
        }
    }

    static let alphabet = Array("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

    private static func randomSalt(_ size: Int) -> String {
        var salt = (0..<size).map { _ in alphabet.randomElement() ?? "." }
        // The last of bcrypt's 22 characters has two bits only.
        if size == 22 { salt[21] = [".", "O", "e", "u"].randomElement() ?? "." }
        return String(salt)
    }

    func hashed(_ password: String) throws -> String {
        let (password, salt) = (Array(password.utf8), Array(self.salt.utf8))
        switch method {
        case .md5: return "$1$\(self.salt)$" + Self.md5(password, salt)
        case .sha256: return prefix("5") + Self.sha(SHA256.self, password, salt, rounds ?? 5000, Self.sha256Order)
        case .sha512: return prefix("6") + Self.sha(SHA512.self, password, salt, rounds ?? 5000, Self.sha512Order)
        case .blowfish: return try Bcrypt.hashed(password, salt: self.salt, cost: rounds ?? 12, ident: ident)
        }
    }

    private func prefix(_ ident: String) -> String {
        "$\(ident)$" + (rounds.map { "rounds=\($0)$" } ?? "") + salt + "$"
    }

    /// Six bits a character, lowest first.
    private static func encoded(_ bytes: [UInt8], _ count: Int) -> String {
        var value = bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return String(
            (0..<count).map { _ in
                defer { value >>= 6 }
                return alphabet[Int(value & 0x3F)]
            })
    }

    private static func repeated(_ bytes: [UInt8], _ count: Int) -> [UInt8] {
        (0..<count).map { bytes[$0 % bytes.count] }
    }

    // MARK: MD5 (FreeBSD's md5crypt)

    private static func md5(_ password: [UInt8], _ salt: [UInt8]) -> String {
        func digest(_ bytes: [UInt8]) -> [UInt8] { Array(Insecure.MD5.hash(data: bytes)) }
        let alternate = digest(password + salt + password)
        var start = password + Array("$1$".utf8) + salt + repeated(alternate, password.count)
        var length = password.count
        while length > 0 {
            start.append(length & 1 == 1 ? 0 : password[0])
            length >>= 1
        }
        var result = digest(start)
        for round in 0..<1000 {
            var bytes = round & 1 == 1 ? password : result
            if round % 3 != 0 { bytes += salt }
            if round % 7 != 0 { bytes += password }
            bytes += round & 1 == 1 ? result : password
            result = digest(bytes)
        }
        let order = [(0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5)]
        return order.map { encoded([result[$0.0], result[$0.1], result[$0.2]], 4) }.joined() + encoded([result[11]], 2)
    }

    // MARK: SHA (https://www.akkadia.org/drepper/SHA-crypt.txt)

    private static func sha<Hash: HashFunction>(
        _: Hash.Type, _ password: [UInt8], _ salt: [UInt8], _ rounds: Int, _ order: [[Int]]
    ) -> String {
        func digest(_ bytes: [UInt8]) -> [UInt8] { Array(Hash.hash(data: bytes)) }
        let alternate = digest(password + salt + password)
        var start = password + salt + repeated(alternate, password.count)
        var length = password.count
        while length > 0 {
            start += length & 1 == 1 ? alternate : password
            length >>= 1
        }
        var result = digest(start)
        let p = repeated(digest((0..<password.count).flatMap { _ in password }), password.count)
        let s = repeated(digest((0..<16 + Int(result[0])).flatMap { _ in salt }), salt.count)
        for round in 0..<rounds {
            var bytes = round & 1 == 1 ? p : result
            if round % 3 != 0 { bytes += s }
            if round % 7 != 0 { bytes += p }
            bytes += round & 1 == 1 ? result : p
            result = digest(bytes)
        }
        return order.map { indices in encoded(indices.map { result[$0] }, indices.count + 1) }.joined()
    }

    /// Bytes by threes, each three a step further around a circle, and what remains.
    private static let sha256Order: [[Int]] =
        (0..<10).map { step in (0..<3).map { (($0 - step % 3 + 3) % 3 * 10 + step) } } + [[31, 30]]
    private static let sha512Order: [[Int]] =
        (0..<21).map { step in (0..<3).map { (($0 + step) % 3 * 21 + step) } } + [[63]]

    static func bad(_ reason: String) -> TemplateProblemThrown { .bad("password_hash", reason) }
}
