package import JSON

/// A password that the lookup `password` makes up once: `PATH length=20 chars=ascii_letters,digits encrypt=sha512_crypt seed=…`.
package struct GeneratedPassword {
    /// Where it is kept; `/dev/null` for one that is not.
    package let path: String
    private var length = 20
    private var characters = "ascii_letters,digits,.,:,-,_"
    private var method: String?
    private var ident: String?
    private var seed: JSON?

    private static let sets: [String: String] = [
        "ascii_lowercase": "abcdefghijklmnopqrstuvwxyz", "ascii_uppercase": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "ascii_letters": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "digits": "0123456789",
        "hexdigits": "0123456789abcdefABCDEF", "octdigits": "01234567",
        "punctuation": "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", "whitespace": " \t\n\r\u{0B}\u{0C}",
    ]

    /// The options beside the term give way to those in it.
    package init(_ term: String, _ options: JSONObject) throws {
        self = try TemplateError.placeless { try Self(reading: term, options) }
    }

    private init(reading term: String, _ options: JSONObject) throws {
        var (words, settings) = ([Substring](), options)
        for word in term.split(separator: " ") {
            if let equals = word.firstIndex(of: "="), !words.isEmpty {
                settings[String(word[..<equals])] = .string(String(word[word.index(after: equals)...]))
            } else if settings.members.count == options.members.count {
                words.append(word)
            } else {
                throw TemplateProblemThrown.bad("password", "'\(word)' behind the options is none")
            }
        }
        path = words.joined(separator: " ")
        guard !path.isEmpty else { throw TemplateProblemThrown.bad("password", "it needs a file's path") }
        for (name, value) in settings {
            switch name {
            case "length":
                guard let number = Int(value.pythonText), (1...4096).contains(number) else {
                    throw TemplateProblemThrown.bad("password", "'length' is a number from 1 to 4096")
                }
                length = number
            case "chars": characters = value.array?.map(\.pythonText).joined(separator: ",") ?? value.pythonText
            case "encrypt": method = value.isTruthy ? value.pythonText : nil
            case "ident": ident = value.pythonText
            case "seed": seed = value
            default: throw TemplateProblemThrown.bad("password", "it takes no '\(name)'")
            }
        }
    }

    private func chosen() throws -> String {
        // Two commas are one that is meant.
        var names = characters.split(separator: ",").map(String.init)
        if characters.contains(",,") { names.append(",") }
        let pool = Array(names.map { Self.sets[$0] ?? $0 }.joined().filter { $0 != "\"" && $0 != "'" })
        guard !pool.isEmpty else { throw TemplateProblemThrown.bad("password", "'chars' leaves no character") }
        guard let seed else { return String((0..<length).map { _ in pool[Int.random(in: pool.indices)] }) }
        var random = PythonRandom(seed: seed)
        return String((0..<length).map { _ in pool[random.below(pool.count)] })
    }

    /// The password, or its hash, and what is to be kept in the file now; nil where that is there already.
    package func value(keptAs content: String?) throws -> (value: String, kept: String?) {
        try TemplateError.placeless { try made(keptAs: content) }
    }

    private func made(keptAs content: String?) throws -> (value: String, kept: String?) {
        var kept = try content.map(Self.parts) ?? (password: try chosen(), salt: nil, ident: nil)
        guard let method else { return (kept.password, content == nil ? kept.password : nil) }
        var isNew = content == nil
        let hash: PasswordHash
        if kept.salt == nil {
            hash = try PasswordHash(method: method, salt: nil, saltSize: nil, rounds: nil, ident: ident ?? kept.ident)
            (kept.salt, kept.ident, isNew) = (hash.salt, ident ?? kept.ident, true)
        } else {
            hash = try PasswordHash(
                method: method, salt: kept.salt, saltSize: nil, rounds: nil, ident: kept.ident ?? ident)
        }
        let text = "\(kept.password) salt=\(kept.salt ?? "")" + (kept.ident.map { " ident=\($0)" } ?? "")
        return (try hash.hashed(kept.password), isNew ? text : nil)
    }

    private static func parts(_ content: String) -> (password: String, salt: String?, ident: String?) {
        guard let salt = content.ranges(of: " salt=").last else { return (content, nil, nil) }
        let (password, rest) = (String(content[..<salt.lowerBound]), content[salt.upperBound...])
        guard let ident = rest.ranges(of: " ident=").last else { return (password, String(rest), nil) }
        return (password, String(rest[..<ident.lowerBound]), String(rest[ident.upperBound...]))
    }
}
