internal import JSON

/// Which part of a range a list asks for, and at which revision.
struct ListQuery {
    var prefix: String
    var limit: Int
    /// The key after which a continued list goes on.
    var key: String?
    /// Nil is the present.
    var revision: Int64?

    init(_ request: APIRequest, _ prefix: String) throws {
        self.prefix = prefix
        limit = request.parameter("limit").flatMap { Int($0) } ?? 0
        guard limit >= 0 else { throw APIFailure.badRequest("limit must not be negative") }
        if let token = request.parameter("continue"), !token.isEmpty {
            guard let (revision, key) = Self.read(token), key.hasPrefix(prefix) else {
                throw APIFailure.badRequest("continue key is not valid")
            }
            self.revision = revision
            self.key = key
            return
        }
        let asked = try Self.revision(request)
        if request.parameter("resourceVersionMatch") == "Exact" { revision = asked }
    }

    /// The request's resourceVersion as a number, nil when it is absent.
    static func revision(_ request: APIRequest) throws -> Int64? {
        guard let text = request.parameter("resourceVersion"), !text.isEmpty else { return nil }
        guard let revision = Int64(text), revision >= 0 else {
            throw APIFailure.badRequest("invalid resource version: \"\(text)\"")
        }
        return revision
    }

    /// A token that survives in a URL as it is.
    func token(revision: Int64, after key: String) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let bytes = Array("\(revision):\(key)".utf8).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func read(_ token: String) -> (Int64, String)? {
        let digits = Array(token.utf8).map { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count.isMultiple(of: 2), !digits.contains(nil) else { return nil }
        let bytes = stride(from: 0, to: digits.count, by: 2).map {
            UInt8((digits[$0] ?? 0) << 4 | (digits[$0 + 1] ?? 0))
        }
        let halves = String(decoding: bytes, as: UTF8.self).split(separator: ":", maxSplits: 1)
        guard halves.count == 2, let revision = Int64(halves[0]) else { return nil }
        return (revision, String(halves[1]))
    }
}
