internal import Bundles
internal import Glibc
internal import JSON

/// `apt_key`: a key that repositories may be signed with, in apt's own ring.
enum AptKeyModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        for program in ["apt-key", "gpg"] where !Spawn.finds(program) {
            throw TaskFailure.noProgram(program, package: program == "gpg" ? "gnupg" : "apt")
        }
        let isPresent = context.text("state") != "absent"
        var data = try context.text("data").map { Array($0.utf8) } ?? context.path("file").map(SystemCalls.read)
        var given = context.text("id")
        if given == nil, let url = context.text("url") { data = try download(url, context) }
        if given == nil, context.text("keyserver") != nil {
            throw TaskFailure.badArguments(module: "apt_key", reason: "'keyserver' needs 'id'")
        }
        if given == nil, let data { given = try firstKey(in: data, context) }
        guard let given else {
            throw TaskFailure.badArguments(module: "apt_key", reason: "it needs 'id', or a key to take it from")
        }
        let key = try KeyID(given)
        let before = try keys(context)
        var result: JSONObject = [
            "id": .string(given), "short_id": .string(key.short), "fp": .string(key.long), "key_id": .string(key.whole),
            "before": JSON(before.map(key.shown)),
        ]
        guard before.contains(where: key.matches) != isPresent else { return Proposal(result) }
        result["msg"] = .string(isPresent ? "key added" : "key removed")
        let (old, new) = isPresent ? ("", given + "\n") : (given + "\n", "")
        return Proposal(result, differences: [.init(path: "apt's keys", before: old, after: new)]) {
            if isPresent { try add(key, data, context) } else { try aptKey(["del", key.short], context) }
            let after = try keys(context)
            guard after.contains(where: key.matches) == isPresent else {
                throw TaskFailure.said(
                    "apt-key did not fail, yet the key \(given) is \(isPresent ? "not " : "still ")there; "
                        + "is it the identity of a subkey?")
            }
            return ["after": JSON(after.map(key.shown))]
        }
    }

    /// A key's number: 8, 16 or more digits.
    private struct KeyID {
        let whole: String
        var short: String { String(whole.suffix(8)) }
        var long: String { String(whole.suffix(16)) }

        init(_ text: String) throws {
            var digits = text.uppercased()
            if digits.hasPrefix("0X") { digits.removeFirst(2) }
            guard digits.allSatisfy(\.isHexDigit), digits.count == 8 || digits.count >= 16 else {
                throw TaskFailure.said("Invalid key_id")
            }
            whole = digits
        }

        func matches(_ other: String) -> Bool { shown(other) == (whole.count == 8 ? short : long) }
        func shown(_ other: String) -> String { whole.count == 8 ? String(other.suffix(8)) : other }
    }

    @discardableResult
    private static func aptKey(
        _ arguments: [String], _ context: ModuleContext, input: [UInt8] = []
    ) throws -> Spawn.Result {
        let ring = try context.path("keyring").map { ["--keyring", $0] } ?? []
        return try context.spawn(["apt-key"] + ring + arguments, input: input)
    }

    private static func keys(_ context: ModuleContext) throws -> [String] {
        identities(try aptKey(["adv", "--list-public-keys", "--with-colons"], context).outputText)
    }

    /// The long numbers in what gpg lists, field 5 of each key's line.
    private static func identities(_ listing: String) -> [String] {
        listing.lineTexts.compactMap { line in
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count > 4, fields[0] == "pub" || fields[0] == "sub", fields[1] != "e" else { return nil }
            return String(fields[4])
        }
    }

    private static func firstKey(in data: [UInt8], _ context: ModuleContext) throws -> String {
        let listed = try context.spawn(
            ["gpg", "--batch", "--with-colons", "--import-options", "show-only", "--import"], input: data)
        guard let key = identities(listed.outputText).first else {
            throw TaskFailure.said("there is no key in the data")
        }
        return key
    }

    private static func download(_ url: String, _ context: ModuleContext) throws -> [UInt8] {
        let answer = try HTTPClient(context).get(url)
        guard answer.status == 200 else {
            throw TaskFailure.said("Failed to download key at \(url): HTTP Error \(answer.status): \(answer.reason)")
        }
        return answer.body
    }

    private static func add(_ key: KeyID, _ data: [UInt8]?, _ context: ModuleContext) throws {
        if let server = context.text("keyserver") {
            try aptKey(["adv", "--no-tty", "--keyserver", server, "--recv", key.whole], context)
            return
        }
        guard let data = try data ?? context.text("url").map({ try download($0, context) }) else {
            throw TaskFailure.badArguments(
                module: "apt_key", reason: "to add a key it needs one of 'data', 'file', 'url' and 'keyserver'")
        }
        try aptKey(["add", "-"], context, input: data)
    }
}
