internal import Bundles
internal import Glibc
internal import JSON

/// `filesystem`: a block device holds a file system, which fills it where that is asked for.
///
/// What is on a device is never overwritten without `force`.
enum FilesystemModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let device = try context.required("dev")
        guard try SystemCalls.status(device) != nil else { throw TaskFailure.notFound(device) }
        let found = try type(of: device)
        if context.text("state") == "absent" {
            guard let found else { return Proposal() }
            return change(device, from: found, to: nil) { _ = try context.spawn(["wipefs", "--all", device]) }
        }
        let wanted = try context.required("fstype")
        if found == wanted {
            return context.flag("resizefs") ? try growth(of: device, wanted, context) : Proposal()
        }
        if let found, !context.flag("force") {
            throw TaskFailure.said("\(device) holds \(found) already; 'force: true' would overwrite it with \(wanted)")
        }
        return change(device, from: found, to: wanted) {
            let options = context.text("opts")?.split(separator: " ").map(String.init) ?? []
            let quiet = wanted.hasPrefix("ext") ? ["-F", "-q"] : wanted == "xfs" ? ["-f", "-q"] : []
            do {
                _ = try context.spawn(["mkfs.\(wanted)"] + quiet + options + [device])
            } catch TaskFailure.system("exec", _, ENOENT) {
                throw TaskFailure.noFileSystemProgram(type: wanted, device: device)
            }
        }
    }

    private static func change(
        _ device: String, from old: String?, to new: String?, _ apply: @escaping () throws -> Void
    ) -> Proposal {
        Proposal(
            differences: [.init(path: device, before: (old ?? "empty") + "\n", after: (new ?? "empty") + "\n")]
        ) {
            try apply()
            return [:]
        }
    }

    /// What the device holds by its signature; nil where there is none.
    private static func type(of device: String) throws -> String? {
        let found = try Spawn(arguments: ["blkid", "-c", "/dev/null", "-p", "-o", "value", "-s", "TYPE", device]).run()
        // 2: nothing was found (blkid(8)).
        if found.status == 2 { return nil }
        guard found.status == 0 else {
            throw TaskFailure.commandFailed(
                command: "blkid \(device)", status: found.status, output: found.errorText)
        }
        let text = found.outputText.split(whereSeparator: \.isWhitespace).first.map(String.init)
        return text
    }

    private static func growth(of device: String, _ type: String, _ context: ModuleContext) throws -> Proposal {
        let room = try size(of: device)
        switch type {
        case "ext2", "ext3", "ext4":
            let used = try extSize(device, context)
            guard used < room else { return Proposal() }
            return grown(device, used, room) { _ = try context.spawn(["resize2fs", device]) }
        case "xfs":
            guard let mount = try MountTable.current().first(where: { $0.source == device }) else {
                throw TaskFailure.said("\(device) is not mounted, and an xfs grows only while it is")
            }
            var status = statvfs()
            try SystemCalls.check("statvfs", mount.path) { statvfs(mount.path, &status) }
            // The log and the group headers are no blocks of the file system's count.
            let used = Int(status.f_blocks) * Int(status.f_frsize)
            guard used + room / 20 < room else { return Proposal() }
            return grown(device, used, room) { _ = try context.spawn(["xfs_growfs", "-d", mount.path]) }
        default: throw TaskFailure.said("cannot grow \(type), only ext2, ext3, ext4 and xfs")
        }
    }

    private static func grown(
        _ device: String, _ used: Int, _ room: Int, _ apply: @escaping () throws -> Void
    ) -> Proposal {
        Proposal(
            differences: [.init(path: device, before: "\(used >> 20) MiB\n", after: "\(room >> 20) MiB\n")]
        ) {
            try apply()
            return [:]
        }
    }

    /// The size of a device or a file that stands for one, in bytes.
    private static func size(of device: String) throws -> Int {
        let file = try SystemCalls.check("open", device) { open(device, O_RDONLY | O_CLOEXEC) }
        defer { close(file) }
        let end = lseek(file, 0, SEEK_END)
        guard end >= 0 else { throw TaskFailure.system(call: "lseek", subject: device, errno: errno) }
        return Int(end)
    }

    /// The size of an ext file system from its superblock: blocks and their size, in whole blocks of the device.
    private static func extSize(_ device: String, _ context: ModuleContext) throws -> Int {
        let file = try SystemCalls.check("open", device) { open(device, O_RDONLY | O_CLOEXEC) }
        defer { close(file) }
        // The superblock lies at 1024; s_blocks_count_lo at 4, s_log_block_size at 24, s_feature_incompat at 96,
        // s_blocks_count_hi at 336 (the kernel's Documentation/filesystems/ext4/super.rst).
        var block = [UInt8](repeating: 0, count: 1024)
        guard pread(file, &block, 1024, 1024) == 1024 else {
            throw TaskFailure.system(call: "pread", subject: device, errno: errno)
        }
        func number(_ at: Int) -> Int { (0..<4).reduce(0) { $0 | Int(block[at + $1]) << (8 * $1) } }
        let is64Bit = number(96) & 0x80 != 0
        let blocks = number(4) | (is64Bit ? number(336) << 32 : 0)
        let size = blocks << (10 + number(24))
        // Less than one more block is no room.
        return size + (1 << (10 + number(24))) > (try Self.size(of: device)) ? try Self.size(of: device) : size
    }
}
