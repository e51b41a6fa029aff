internal import Glibc
internal import JSON

/// `stat`: what is known of a path.
enum StatModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let path = try context.requiredPath("path")
        guard let status = try context.flag("follow") ? SystemCalls.status(path) : SystemCalls.linkStatus(path) else {
            return Proposal(["stat": ["exists": false]])
        }
        var members = common(path, status).merging([
            "exists": true, "executable": .bool(access(path, X_OK) == 0), "readable": .bool(access(path, R_OK) == 0),
            "writeable": .bool(access(path, W_OK) == 0), "blocks": JSON(Int(status.st_blocks)),
            "block_size": JSON(Int(status.st_blksize)), "device_type": JSON(Int(status.st_rdev)),
        ])
        if status.kind == S_IFLNK {
            let target = try SystemCalls.readLink(path)
            members["lnk_target"] = .string(target)
            members["lnk_source"] = .string(try SystemCalls.resolvingLinks(path))
        }
        if status.kind == S_IFREG, members["readable"] == true {
            if context.flag("get_checksum", default: true) {
                let algorithm = context.text("checksum_algorithm") ?? "sha1"
                members["checksum"] = .string(try FileDigests.checksum(path, algorithm))
            }
            if context.flag("get_mime", default: true) { members = members.merging(mimeType(path, context)) }
        }
        return Proposal(["stat": .object(members)])
    }

    /// What `stat` and `find` tell of each file.
    static func common(_ path: String, _ status: stat) -> JSONObject {
        func seconds(_ time: timespec) -> JSON { .number(Double(time.tv_sec) + Double(time.tv_nsec) / 1e9) }
        func has(_ bit: Int) -> JSON { .bool(status.permissions & bit != 0) }
        return [
            "path": .string(path), "mode": .string(FileMode.text(status.permissions)),
            "isdir": .bool(status.kind == S_IFDIR), "isreg": .bool(status.kind == S_IFREG),
            "islnk": .bool(status.kind == S_IFLNK), "isblk": .bool(status.kind == S_IFBLK),
            "ischr": .bool(status.kind == S_IFCHR), "isfifo": .bool(status.kind == S_IFIFO),
            "issock": .bool(status.kind == S_IFSOCK), "uid": JSON(Int(status.st_uid)), "gid": JSON(Int(status.st_gid)),
            "pw_name": .string(Accounts.user(status.st_uid)?.name ?? ""),
            "gr_name": .string(Accounts.group(status.st_gid)?.name ?? ""), "size": JSON(Int(status.st_size)),
            "inode": JSON(Int(status.st_ino)), "dev": JSON(Int(status.st_dev)), "nlink": JSON(Int(status.st_nlink)),
            "atime": seconds(status.st_atim), "mtime": seconds(status.st_mtim), "ctime": seconds(status.st_ctim),
            "rusr": has(0o400), "wusr": has(0o200), "xusr": has(0o100), "rgrp": has(0o40), "wgrp": has(0o20),
            "xgrp": has(0o10), "roth": has(4), "woth": has(2), "xoth": has(1), "isuid": has(0o4000),
            "isgid": has(0o2000),
        ]
    }

    /// What `file` says, where the machine has it.
    private static func mimeType(_ path: String, _ context: ModuleContext) -> JSONObject {
        var members: JSONObject = ["mimetype": "unknown", "charset": "unknown"]
        // A machine without `file` does not know: so it says.
        guard Spawn.finds("file"), let said = try? context.run(["file", "--mime-type", "--mime-encoding", path]),
            said.status == 0, let colon = said.outputText.lastIndex(of: ":")
        else { return members }
        let parts = said.outputText[said.outputText.index(after: colon)...].split(separator: ";")
        if let type = parts.first { members["mimetype"] = .string(String(type).trimmed) }
        if parts.count > 1 { members["charset"] = .string(String(parts[1]).trimmed.replacing("charset=", with: "")) }
        return members
    }
}
