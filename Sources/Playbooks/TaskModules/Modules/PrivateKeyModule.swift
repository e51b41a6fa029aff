internal import Bundles
internal import Glibc
internal import JSON

/// `openssl_privatekey`: a private key lies in a file, of the type and size that are asked for.
enum PrivateKeyModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let path = try context.requiredPath("path")
        var result: JSONObject = ["filename": .string(path)]
        let old = try SystemCalls.status(path) == nil ? nil : SystemCalls.read(path)
        if context.text("state") == "absent" { return try KeyFiles.removal(path, old != nil, result, context) }
        let wanted = try GeneratedKey.Kind(context)
        result["type"] = .string(wanted.type)
        result["size"] = JSON(wanted.size)
        if let curve = wanted.curve { result["curve"] = .string(curve) }
        let format = context.text("format") ?? "auto_ignore"
        let usesPKCS8 = format == "pkcs8" || !wanted.hasOwnFormat
        let existing = old.flatMap { GeneratedKey(pem: String(decoding: $0, as: UTF8.self)) }
        let wish = context.flag("force") ? "always" : context.text("regenerate") ?? "full_idempotence"
        var new: GeneratedKey?
        if let old, wish != "always" {
            if let existing {
                let isOther = wish != "never" && existing.kind != wanted
                if isOther, wish == "fail" { throw refused("Key has wrong type and/or size.") }
                let isMisformed = format != "auto_ignore" && wish != "never" && existing.isPKCS8 != usesPKCS8
                let converts = context.text("format_mismatch") == "convert"
                if isMisformed, !converts, wish == "fail" { throw refused("Key has wrong format.") }
                if isMisformed, converts, !isOther { new = existing }
                if !isOther, !isMisformed {
                    let all = result.merging(described(existing, String(decoding: old, as: UTF8.self), context))
                    return try KeyFiles.attributes(path, all, defaultMode: "0600", context)
                }
            } else if wish != "full_idempotence" {
                throw refused("Unable to read the key.")
            }
        }
        return Proposal(result, differences: [KeyFiles.difference(path, old != nil)]) {
            let key = try new ?? GeneratedKey(wanted)
            let text = try key.pem(usesPKCS8: usesPKCS8)
            let members = try KeyFiles.write(text, to: path, isThere: old != nil, defaultMode: "0600", context)
            return members.merging(described(key, text, context))
        }
    }

    private static func refused(_ reason: String) -> TaskFailure {
        .said(reason + " Will not proceed. 'regenerate: full_idempotence' or 'force: true' would make a new one.")
    }

    private static func described(_ key: GeneratedKey, _ text: String, _ context: ModuleContext) -> JSONObject {
        var members: JSONObject = ["fingerprint": key.fingerprints]
        if context.flag("return_content") { members["privatekey"] = .string(text) }
        return members
    }
}

/// What the modules about keys and certificates do alike with their files.
enum KeyFiles {
    static func difference(_ path: String, _ isThere: Bool) -> TaskEvent.Difference {
        .init(path: path, before: isThere ? "another\n" : "absent\n", after: "made anew\n")
    }

    static func removal(_ path: String, _ isThere: Bool, _ result: JSONObject, _ context: ModuleContext) throws
        -> Proposal
    {
        guard isThere else { return Proposal(result) }
        return Proposal(result, differences: [.init(path: path, before: "present\n", after: "absent\n")]) {
            let backup = try context.flag("backup") ? Backup.make(of: path) : nil
            try SystemCalls.check("unlink", path) { unlink(path) }
            return backup.map { ["backup_file": .string($0)] } ?? [:]
        }
    }

    /// The file stays; its attributes may differ.
    static func attributes(
        _ path: String, _ result: JSONObject, defaultMode: JSON = .null, _ context: ModuleContext
    ) throws -> Proposal {
        guard let current = try SystemCalls.status(path) else { throw TaskFailure.notFound(path) }
        var proposal = FileModule.change(of: path, current, try wanted(defaultMode, context), result: result)
        proposal.result = result
        return proposal
    }

    private static func wanted(_ defaultMode: JSON, _ context: ModuleContext) throws -> FileAttributes {
        var arguments = context.arguments
        if arguments["mode"] == nil, defaultMode != .null { arguments["mode"] = defaultMode }
        return try FileAttributes(arguments)
    }

    static func write(
        _ text: String, to path: String, isThere: Bool, defaultMode: JSON = .null, _ context: ModuleContext
    ) throws -> JSONObject {
        let backup = try isThere && context.flag("backup") ? Backup.make(of: path) : nil
        try FileReplacement.write(
            text, to: path, attributes: try wanted(defaultMode, context), try FileReplacement.Options(context))
        return backup.map { ["backup_file": .string($0)] } ?? [:]
    }

    /// What an argument gives as a path or as the content itself; nil where it gives neither.
    static func text(_ name: String, _ context: ModuleContext) throws -> String? {
        if let content = context.text(name + "_content") { return content }
        guard let path = try context.path(name + "_path") else { return nil }
        guard let text = try SystemCalls.readText(path) else { throw TaskFailure.notFound(path) }
        return text
    }
}
