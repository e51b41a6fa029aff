internal import Bundles
internal import Glibc
internal import JSON

/// `authorized_key`: keys that may log in as a user (sshd(8), AUTHORIZED_KEYS FILE FORMAT).
enum AuthorizedKeyModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let name = try context.required("user")
        guard let user = Accounts.user(name) else { throw TaskFailure.noSuchUser(name) }
        var file = try context.path("path") ?? user.home + "/.ssh/authorized_keys"
        if context.flag("follow") { file = try SystemCalls.resolvingLinks(file) }
        let before = try TextFile(reading: file)
        var keys = AuthorizedKeys(before?.text ?? "")
        let isPresent = context.text("state") != "absent"
        try keys.change(to: try wanted(context), isPresent: isPresent, isExclusive: context.flag("exclusive"))
        var result = JSONObject()
        for name in ["user", "key", "path", "key_options", "comment"] {
            result[name] = context.arguments[name] ?? .null
        }
        result = result.merging([
            "keyfile": .string(file), "state": .string(isPresent ? "present" : "absent"),
            "exclusive": .bool(context.flag("exclusive")), "follow": .bool(context.flag("follow")),
            "manage_dir": .bool(context.flag("manage_dir", default: true)),
            "validate_certs": .bool(context.flag("validate_certs", default: true)),
        ])
        guard keys.isChanged else { return Proposal(result) }
        let after = keys.text
        return Proposal(result, differences: [.init(path: file, before: before?.text ?? "", after: after)]) {
            try makeFolder(of: file, user, isManaged: context.flag("manage_dir", default: true))
            var attributes = try FileAttributes(["mode": "0600"])
            (attributes.owner, attributes.group) = geteuid() == 0 ? (user.userID, user.groupID) : (nil, nil)
            try FileReplacement.write((before ?? TextFile()).bytes(of: after), to: file, attributes: attributes)
            return [:]
        }
    }

    /// The keys that the task gives, with its options and comment over their own.
    private static func wanted(_ context: ModuleContext) throws -> [AuthorizedKeys.Key] {
        var text = try context.required("key")
        if text.hasPrefix("http") {
            let answer = try HTTPClient(context).get(text)
            guard answer.status == 200 else { throw TaskFailure.said("Error getting key from: \(text)") }
            text = String(decoding: answer.body, as: UTF8.self)
        }
        return try text.lineTexts.filter { !$0.isEmpty && !$0.hasPrefix("#") }.map { line in
            guard var key = AuthorizedKeys.Key(line) else { throw TaskFailure.said("invalid key specified: \(line)") }
            if let options = context.text("key_options") { key.options = AuthorizedKeys.options(options) }
            if let comment = context.text("comment") { key.comment = comment }
            return key
        }
    }

    private static func makeFolder(of file: String, _ user: Accounts.User, isManaged: Bool) throws {
        guard let slash = file.lastIndex(of: "/"), slash != file.startIndex else { return }
        let folder = String(file[..<slash])
        var attributes = try FileAttributes([:])
        if isManaged {
            attributes = try FileAttributes(["mode": "0700"])
            if geteuid() == 0 { (attributes.owner, attributes.group) = (user.userID, user.groupID) }
        }
        if try SystemCalls.status(folder) == nil {
            try SystemCalls.check("mkdir", folder) { mkdir(folder, isManaged ? 0o700 : 0o755) }
        }
        try attributes.apply(to: folder)
    }
}

/// The lines of an authorized_keys file.
struct AuthorizedKeys {
    struct Key: Hashable {
        var data: String
        var type: String
        /// In their order, as written (`command="x"`, `no-pty`).
        var options: [String]
        var comment: String

        private static let types: Set = [
            "ssh-rsa", "ssh-dss", "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
            "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
            "webauthn-sk-ecdsa-sha2-nistp256@openssh.com", "rsa-sha2-256", "rsa-sha2-512", "ssh-xmss@openssh.com",
            "ssh-rsa-cert-v01@openssh.com", "ssh-dss-cert-v01@openssh.com", "ssh-ed25519-cert-v01@openssh.com",
            "ecdsa-sha2-nistp256-cert-v01@openssh.com", "ecdsa-sha2-nistp384-cert-v01@openssh.com",
            "ecdsa-sha2-nistp521-cert-v01@openssh.com", "sk-ssh-ed25519-cert-v01@openssh.com",
            "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", "ssh-xmss-cert-v01@openssh.com",
            "rsa-sha2-256-cert-v01@openssh.com", "rsa-sha2-512-cert-v01@openssh.com",
        ]

        /// Nil for a line without a key.
        init?(_ line: String) {
            let words = line.replacing("\\#", with: "#").split(whereSeparator: \.isWhitespace).map(String.init)
            guard words.first?.hasPrefix("#") == false, let at = words.firstIndex(where: Self.types.contains),
                words.count > at + 1
            else { return nil }
            (type, data) = (words[at], words[at + 1])
            options = AuthorizedKeys.options(words[..<at].joined(separator: " "))
            comment = words[(at + 2)...].joined(separator: " ")
        }

        var line: String {
            (options.isEmpty ? "" : options.joined(separator: ",") + " ") + "\(type) \(data) \(comment)\n"
        }
    }

    private enum Line: Hashable {
        case key(Key)
        case other(String)
    }

    private var lines: [Line]
    private(set) var isChanged = false

    init(_ text: String) {
        lines = []
        for line in text.linesWithEnds {
            guard let key = Key(line) else {
                lines.append(.other(line))
                continue
            }
            // Of a key that is there twice the last counts.
            lines.removeAll { Self.data(of: $0) == key.data }
            lines.append(.key(key))
        }
    }

    var text: String {
        lines.map { line in
            switch line {
            case .key(let key): key.line
            case .other(let text): text.endsInNewline ? text : text + "\n"
            }
        }.joined()
    }

    private static func data(of line: Line) -> String? { if case .key(let key) = line { key.data } else { nil } }

    /// Options as they are separated: by commas outside quotes.
    static func options(_ text: String) -> [String] {
        var (options, option, isQuoted) = ([String](), "", false)
        for character in text {
            if character == "\"" { isQuoted.toggle() }
            if character == ",", !isQuoted {
                options.append(option)
                option = ""
            } else {
                option.append(character)
            }
        }
        return (options + [option]).filter { !$0.isEmpty }
    }

    mutating func change(to wanted: [Key], isPresent: Bool, isExclusive: Bool) throws {
        for key in wanted {
            let at = lines.firstIndex { Self.data(of: $0) == key.data }
            if isPresent {
                if let at, lines[at] == .key(key) { continue }
                if let at { lines.remove(at: at) }
                lines.append(.key(key))
                isChanged = true
            } else if let at {
                lines.remove(at: at)
                isChanged = true
            }
        }
        if isPresent, isExclusive {
            let kept = Set(wanted.map(\.data))
            let count = lines.count
            lines.removeAll { line in !(Self.data(of: line).map(kept.contains) ?? false) }
            isChanged = isChanged || lines.count != count
        }
    }
}
