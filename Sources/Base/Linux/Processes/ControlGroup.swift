import CLinux
import Glibc

/// A folder of cgroup v2's tree (the kernel's cgroup-v2.rst).
package struct ControlGroup: Hashable, Sendable {
    package var path: String

    package init(path: String) {
        self.path = path
    }

    /// The cgroup a process is in, below cgroup v2's mount point; nil where there is no such hierarchy.
    package static func of(process: String = "self", mountPoint: String = "/sys/fs/cgroup") throws(LinuxError)
        -> ControlGroup?
    {
        let text = try FileSystem.readText("/proc/\(process)/cgroup")
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("0::") }) else { return nil }
        let inner = line.dropFirst(3)
        return ControlGroup(path: inner == "/" ? mountPoint : mountPoint + inner)
    }

    package func child(_ name: String) -> ControlGroup { ControlGroup(path: path + "/" + name) }

    package var exists: Bool { FileSystem.exists(path) }

    /// Makes the folder, and those above it; one that is there already is kept.
    package func make() throws(LinuxError) { try FileSystem.makeFolder(path) }

    /// The controllers that this group can hand on to its children.
    package func controllers() throws(LinuxError) -> Set<String> {
        Set(try FileSystem.readText(path + "/cgroup.controllers").split(separator: " ").map(String.init))
    }

    /// Hands controllers on to the children; what the machine lacks is left out.
    package func delegate(_ wanted: Set<String>) throws(LinuxError) {
        let given = try FileSystem.readText(path + "/cgroup.subtree_control").split(separator: " ").map(String.init)
        let missing = try controllers().intersection(wanted).subtracting(given).sorted()
        if missing.isEmpty { return }
        try set("cgroup.subtree_control", to: missing.map { "+\($0)" }.joined(separator: " "))
    }

    /// Writes one of the group's files, such as `memory.max`.
    package func set(_ file: String, to value: String) throws(LinuxError) {
        do throws(LinuxError) {
            try FileSystem.set(path + "/" + file, to: value)
        } catch {
            if case .systemCall("open", _, ENOENT) = error { throw .unsupported("the cgroup file \(file)") }
            throw error
        }
    }

    /// Moves a process in.
    package func add(_ pid: Int32) throws(LinuxError) { try set("cgroup.procs", to: "\(pid)") }

    /// Whether a process is in the group or below it.
    package func isPopulated() throws(LinuxError) -> Bool {
        try counter("populated", in: "cgroup.events") > 0
    }

    /// One of the counters in a file of `name value` lines; 0 where it is not there.
    package func counter(_ name: String, in file: String) throws(LinuxError) -> UInt64 {
        for line in try FileSystem.readText(path + "/" + file).split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == name { return UInt64(words[1]) ?? 0 }
        }
        return 0
    }

    /// Kills every process in the group and below it; nothing there is as good.
    package func kill() throws(LinuxError) {
        if exists { try set("cgroup.kill", to: "1") }
    }

    /// Removes the group and those below it; nothing there is as good. A group with processes refuses.
    package func remove() throws(LinuxError) {
        if rmdir(path) == 0 || errno == ENOENT { return }
        guard errno == EBUSY || errno == ENOTEMPTY else { throw .last("rmdir", path) }
        for name in try FileSystem.names(in: path) {
            var information = Glibc.stat()
            guard lstat(path + "/" + name, &information) == 0, information.st_mode & S_IFMT == S_IFDIR else { continue }
            try child(name).remove()
        }
        if rmdir(path) < 0, errno != ENOENT { throw .last("rmdir", path) }
    }

    /// Kills what is in the group, waits until it is gone, and removes the group.
    package func destroy(timeoutSeconds: Int = 10) throws(LinuxError) {
        let deadline = BootTime.now().advanced(bySeconds: timeoutSeconds)
        guard exists else { return }
        try kill()
        while true {
            guard exists, try isPopulated() else { break }
            guard BootTime.now() < deadline else { throw .systemCall("kill", subject: path, code: ETIMEDOUT) }
            waitForEvent(milliseconds: 50)
            try kill()
        }
        try remove()
    }

    /// Waits until `cgroup.events` changes, or for the given time.
    private func waitForEvent(milliseconds: Int32) {
        // Without the file there is nothing to wait for.
        guard let events = try? Descriptor(opening: path + "/cgroup.events", O_RDONLY) else { return }
        // A read arms the wait; what changed since the caller looked would otherwise be missed for this once.
        var content = [UInt8](repeating: 0, count: 256)
        let count = read(events.raw, &content, content.count)
        if count > 0, String(decoding: content[..<count], as: UTF8.self).contains("populated 0") { return }
        var wait = pollfd(fd: events.raw, events: Int16(POLLPRI), revents: 0)
        poll(&wait, 1, milliseconds)
    }
}
