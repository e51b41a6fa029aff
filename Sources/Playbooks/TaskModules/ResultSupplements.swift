internal import Glibc
internal import JSON

/// What the peer adds to every result: lines of outputs; and where it names a file, what is there then.
enum ResultSupplements {
    static func added(to result: JSONObject) -> JSONObject {
        var result = pathInformation(result)
        for name in ["stdout", "stderr"] where result[name + "_lines"] == nil {
            guard let text = result[name]?.string else { continue }
            result[name + "_lines"] = JSON(text.lineTexts)
        }
        return result
    }

    /// The result with owner, group, mode, kind and size of its `path` or else its `dest`.
    private static func pathInformation(_ result: JSONObject) -> JSONObject {
        guard let path = (result["path"] ?? result["dest"])?.string,
            // A file that cannot be looked at is not described: the module has said what it did.
            let status = try? SystemCalls.linkStatus(path), (try? SystemCalls.status(path)) != nil
        else { return result }
        let state =
            switch status.kind {
            case S_IFLNK: "link"
            case S_IFDIR: "directory"
            default: status.st_nlink > 1 ? "hard" : "file"
            }
        return result.merging([
            "uid": JSON(Int(status.st_uid)), "gid": JSON(Int(status.st_gid)),
            "owner": .string(Accounts.userName(status.st_uid)), "group": .string(Accounts.groupName(status.st_gid)),
            "mode": .string(FileMode.text(status.permissions)), "state": .string(state),
            "size": JSON(Int(status.st_size)),
        ])
    }
}
