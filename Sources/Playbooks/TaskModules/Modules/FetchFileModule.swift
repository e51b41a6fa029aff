internal import Bundles
internal import Glibc
internal import JSON

/// `fetch`: a file of the machine comes to the controller, which says where it lies.
enum FetchFileModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        if context.isCheckMode { return .skipped("check mode not (yet) supported for this module") }
        let source = try context.requiredPath("src")
        guard let status = try SystemCalls.status(source) else {
            return try without("the remote file does not exist, not transferring, ignored", source, context)
        }
        guard status.kind != S_IFDIR else {
            return try without("remote file is a directory, fetch cannot work on directories", source, context)
        }
        return Proposal([:]) {
            let checksum = try FileDigests.checksum(source, "sha1")
            let offer = Ask.offer(
                path: source, destination: try context.required("dest"), isFlat: context.flag("flat"),
                checksum: checksum)
            let answer = try context.ask(offer)
            guard answer["isWanted"] == true else {
                return [
                    "changed": false, "file": .string(source), "dest": answer["dest"] ?? .null,
                    "checksum": .string(checksum), "md5sum": answer["md5sum"] ?? .null,
                ]
            }
            return try send(source, checksum, context)
        }
    }

    private static func send(_ source: String, _ checksum: String, _ context: ModuleContext) throws -> JSONObject {
        let file = try SystemCalls.check("open", source) { open(source, O_RDONLY | O_CLOEXEC) }
        defer { close(file) }
        try SystemCalls.readPieces(file, source) { try context.sendContent(Array($0)) }
        let delivered = try context.ask(.delivered)
        var result: JSONObject = [
            "dest": delivered["dest"] ?? .null, "checksum": delivered["checksum"] ?? .null,
            "md5sum": delivered["md5sum"] ?? .null, "remote_md5sum": .null, "remote_checksum": .string(checksum),
        ]
        // It may have changed while it was read.
        if context.flag("validate_checksum", default: true), delivered["checksum"]?.string != checksum {
            result = result.merging(["failed": true, "msg": "checksum mismatch", "file": .string(source)])
        } else {
            result["changed"] = true
        }
        return result
    }

    /// There is nothing to bring.
    private static func without(_ message: String, _ source: String, _ context: ModuleContext) throws -> Proposal {
        guard context.flag("fail_on_missing", default: true) else {
            return Proposal(["msg": .string(message), "file": .string(source), "changed": false], message: message)
        }
        throw TaskFailure.result(["msg": .string(message)])
    }
}
