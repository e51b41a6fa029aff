internal import Bundles
internal import Crypto
internal import Glibc
internal import JSON

/// `known_hosts`: the key of a host that may be talked to (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).
enum KnownHostsModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let name = try context.required("name").lowercased()
        let file = try context.path("path") ?? HomeFolder.expanding("~/.ssh/known_hosts", context.environment["HOME"])
        let isPresent = context.text("state") != "absent"
        var result = JSONObject()
        for (argument, value) in context.arguments { result[argument] = value }
        result = result.merging([
            "name": .string(name), "path": .string(file), "hash_host": .bool(context.flag("hash_host")),
            "state": .string(isPresent ? "present" : "absent"),
        ])
        guard !name.contains(",") else {
            throw TaskFailure.badArguments(module: "known_hosts", reason: "'name' is one host, not several")
        }
        let key = try context.text("key").map { try wanted($0, name, hashed: context.flag("hash_host")) }
        if isPresent, key == nil {
            throw TaskFailure.badArguments(module: "known_hosts", reason: "state present needs 'key'")
        }
        let before = try TextFile(reading: file)
        let text = before?.text ?? ""
        let after = changed(text, name, key, isPresent)
        guard after != text else { return Proposal(result) }
        return Proposal(result, differences: [.init(path: file, before: text, after: after)]) {
            if let slash = file.lastIndex(of: "/"), slash != file.startIndex {
                let folder = String(file[..<slash])
                if try SystemCalls.status(folder) == nil { throw TaskFailure.notFound(folder) }
            }
            try FileReplacement.write(
                (before ?? TextFile()).bytes(of: after), to: file, attributes: try FileAttributes([:]))
            return [:]
        }
    }

    /// One line of the file.
    private struct Entry {
        var marker: String?
        var hosts: String
        var type: String
        var key: String

        init?(_ line: String) {
            var words = line.split(whereSeparator: \.isWhitespace).map(String.init)[...]
            guard let first = words.first, !first.hasPrefix("#") else { return nil }
            if first.hasPrefix("@") { marker = words.removeFirst() }
            guard words.count >= 3 else { return nil }
            (hosts, type, key) = (
                words[words.startIndex], words[words.startIndex + 1], words[words.startIndex + 2]
            )
        }

        func names(_ host: String) -> Bool {
            if hosts.hasPrefix("|1|") {
                let parts = hosts.split(separator: "|", omittingEmptySubsequences: false)
                guard parts.count == 4, let salt = Base64.decode(parts[2]) else { return false }
                return KnownHostsModule.hash(host, salt) == parts[3]
            }
            return hosts.split(separator: ",").contains { pattern in
                fnmatch(String(pattern).lowercased(), host, 0) == 0
            }
        }
    }

    private static func hash(_ host: String, _ salt: [UInt8]) -> String {
        let code = HMAC<Insecure.SHA1>.authenticationCode(
            for: Array(host.utf8), using: SymmetricKey(data: salt))
        return Base64.encode(Array(code))
    }

    private static func wanted(_ text: String, _ name: String, hashed: Bool) throws -> (line: String, entry: Entry) {
        var line = text.trimmed
        if hashed {
            var words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            let at = words.first?.hasPrefix("@") == true ? 1 : 0
            guard words.count > at else { throw TaskFailure.said("'key' is no line of known_hosts: \(line)") }
            let salt = (0..<20).map { _ in UInt8.random(in: 0...255) }
            words[at] = "|1|\(Base64.encode(salt))|\(hash(name, salt))"
            line = words.joined(separator: " ")
        }
        guard let entry = Entry(line) else { throw TaskFailure.said("'key' is no line of known_hosts: \(line)") }
        guard entry.names(name) else {
            throw TaskFailure.said("Host parameter does not match hashed host field in supplied key")
        }
        return (line + "\n", entry)
    }

    private static func changed(
        _ text: String, _ name: String, _ key: (line: String, entry: Entry)?, _ isPresent: Bool
    ) -> String {
        var lines = text.linesWithEnds
        let found = lines.indices.compactMap { index in
            Entry(lines[index]).flatMap { $0.names(name) ? (index: index, entry: $0) : nil }
        }
        guard let key else {
            let gone = Set(found.map(\.index))
            return lines.enumerated().filter { !gone.contains($0.offset) }.map(\.element).joined()
        }
        let wanted = key.entry
        let same = found.first { one in
            // A host that is hashed already keeps its salt.
            let hostsAgree =
                one.entry.hosts == wanted.hosts
                || (one.entry.hosts.hasPrefix("|1|") && wanted.hosts.hasPrefix("|1|"))
            return hostsAgree && one.entry.type == wanted.type && one.entry.key == wanted.key
                && one.entry.marker == wanted.marker
        }
        let ofType = same ?? found.first { $0.entry.type == wanted.type }
        if !isPresent {
            if let ofType { lines.remove(at: ofType.index) }
            return lines.joined()
        }
        if same != nil { return text }
        if let ofType { lines.remove(at: ofType.index) }
        if let last = lines.last, !last.endsInNewline { lines[lines.count - 1] += "\n" }
        return lines.joined() + key.line
    }
}
