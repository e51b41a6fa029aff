internal import Glibc
internal import JSON
internal import Synchronization

/// File systems that are mounted from devices and from the network, with their sizes.
enum MountFacts {
    static func collect(_ request: Facts.Request) -> JSONObject {
        let binds = bindMounts()
        var (order, mounts): ([String], [String: JSONObject]) = ([], [:])
        let identities = DeviceFacts.links(in: "/dev/disk/by-uuid")
        let table = FactFile.text("/etc/mtab") ?? FactFile.text("/proc/self/mounts") ?? ""
        for line in FactFile.lines(of: table) {
            let fields = FactFile.words(line).map(MountTable.unescaped)
            guard fields.count >= 4, fields[2] != "none",
                fields[0].hasPrefix("/") || fields[0].hasPrefix("\\") || fields[0].contains(":/")
            else { continue }
            let (device, path) = (fields[0], fields[1])
            let options = fields[3] + (binds.contains(path) ? ",bind" : "")
            let name =
                identities.isEmpty || !device.hasPrefix("/dev/")
                ? device : FactFile.resolved(device)?.split(separator: "/").last.map(String.init) ?? device
            var mount: JSONObject = [
                "mount": .string(path), "device": .string(device), "fstype": .string(fields[2]),
                "options": .string(options), "uuid": .string(identities[name]?.first ?? "N/A"),
            ]
            if let sizes = isRemote(fields) ? remoteSizes(path, request.timeoutSeconds) : sizes(path) {
                for (name, value) in sizes { mount[name] = value }
            } else if isRemote(fields) {
                mount["note"] = "Could not get extra information due to timeout"
            }
            if mounts.updateValue(mount, forKey: path) == nil { order.append(path) }
        }
        return ["mounts": .array(order.compactMap { mounts[$0].map { .object($0) } })]
    }

    /// Mounts of a part of a file system only.
    private static func bindMounts() -> Set<String> {
        Set(
            FactFile.lines("/proc/self/mountinfo").compactMap { line in
                let fields = line.utf8.split(separator: UInt8(ascii: " "), maxSplits: 5).map { String(Substring($0)) }
                return fields.count > 5 && fields[3] != "/" ? MountTable.unescaped(fields[4]) : nil
            })
    }

    private static func isRemote(_ fields: [String]) -> Bool {
        fields[0].contains(":/") || fields[0].hasPrefix("//")
            || ["nfs", "cifs", "smb", "ceph", "gluster", "fuse", "9p", "afs"].contains(where: fields[2].hasPrefix)
    }

    private static func sizes(_ path: String) -> JSONObject? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return JSONObject() }
        func value(_ number: some BinaryInteger) -> JSON { .integer(Int64(clamping: number)) }
        return [
            "size_total": value(status.f_frsize * status.f_blocks),
            "size_available": value(status.f_frsize * status.f_bavail), "block_size": value(status.f_bsize),
            "block_total": value(status.f_blocks), "block_available": value(status.f_bavail),
            "block_used": .integer(Int64(status.f_blocks) - Int64(status.f_bavail)),
            "inode_total": value(status.f_files),
            "inode_available": value(status.f_favail),
            "inode_used": .integer(Int64(status.f_files) - Int64(status.f_favail)),
        ]
    }

    private final class Answer: Sendable {
        let path: String
        let sizes = Mutex<JSONObject?>(nil)

        init(_ path: String) { self.path = path }
    }

    /// Asks from a thread of its own, which is left behind where a server does not answer in time: nothing ends such a
    /// call.
    private static func remoteSizes(_ path: String, _ seconds: Int) -> JSONObject? {
        let answer = Answer(path)
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { pointer in
                // The thread's own reference, which the caller made for it.
                guard let pointer else { return nil }
                let answer = Unmanaged<Answer>.fromOpaque(pointer).takeRetainedValue()
                let sizes = MountFacts.sizes(answer.path)
                answer.sizes.withLock { $0 = sizes }
                return nil
            }, Unmanaged.passRetained(answer).toOpaque())
        guard status == 0 else { return nil }
        pthread_detach(thread)
        let deadline = SystemCalls.monotonicMilliseconds + seconds * 1000
        while SystemCalls.monotonicMilliseconds < deadline {
            if let sizes = answer.sizes.withLock({ $0 }) { return sizes }
            SystemCalls.sleep(milliseconds: 1)
        }
        return nil
    }
}
