internal import Glibc
internal import JSON

/// `stat`: what is known of a path.
enum StatModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let path = try context.required("path")
        guard let status = try context.flag("follow") ? SystemCalls.status(path) : SystemCalls.linkStatus(path) else {
            return Proposal(["stat": ["exists": false]])
        }
        var members: JSONObject = [
            "exists": true, "path": .string(path), "mode": .string(FileMode.text(status.permissions)),
            "isdir": .bool(status.kind == S_IFDIR), "isreg": .bool(status.kind == S_IFREG),
            "islnk": .bool(status.kind == S_IFLNK),
            "isblk": .bool(status.kind == S_IFBLK), "ischr": .bool(status.kind == S_IFCHR),
            "isfifo": .bool(status.kind == S_IFIFO),
            "issock": .bool(status.kind == S_IFSOCK), "uid": JSON(Int(status.st_uid)), "gid": JSON(Int(status.st_gid)),
            "pw_name": .string(Accounts.userName(status.st_uid)), "gr_name": .string(Accounts.groupName(status.st_gid)),
            "size": JSON(Int(status.st_size)), "inode": JSON(Int(status.st_ino)), "nlink": JSON(Int(status.st_nlink)),
            "mtime": .number(Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9),
            "ctime": .number(Double(status.st_ctim.tv_sec) + Double(status.st_ctim.tv_nsec) / 1e9),
            "executable": .bool(access(path, X_OK) == 0), "readable": .bool(access(path, R_OK) == 0),
            "writeable": .bool(access(path, W_OK) == 0),
        ]
        if status.kind == S_IFLNK { members["lnk_target"] = .string(try SystemCalls.readLink(path)) }
        if status.kind == S_IFREG, context.flag("get_checksum", default: true) {
            members["checksum"] = .string(try FileDigests.checksum(path, context.text("checksum_algorithm") ?? "sha1"))
        }
        return Proposal(["stat": .object(members)])
    }
}

/// `hostname`: the machine's name, now and after a boot.
enum HostnameModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let name = try context.required("name")
        var buffer = [UInt8](repeating: 0, count: 256)
        _ = buffer.withUnsafeMutableBytes {
            gethostname($0.assumingMemoryBound(to: CChar.self).baseAddress.unsafelyUnwrapped, $0.count)
        }
        let current = String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
        let stored = try SystemCalls.readText("/etc/hostname") ?? ""
        guard current != name || stored != name + "\n" else { return Proposal(["name": .string(name)]) }
        return Proposal(
            ["name": .string(name)], differences: [.init(path: "hostname", before: current + "\n", after: name + "\n")]
        ) {
            if stored != name + "\n" {
                try FileReplacement.write(
                    name + "\n", to: "/etc/hostname", attributes: try FileAttributes(["mode": "0644"]))
            }
            try SystemCalls.check("sethostname", name) { sethostname(name, name.utf8.count) }
            return [:]
        }
    }
}
