import CLinux
package import Glibc

/// Plain work on files and folders, each call with the path in its error.
package enum FileSystem {
    /// A file's content.
    package static func read(_ path: String) throws(LinuxError) -> [UInt8] {
        try Descriptor(opening: path, O_RDONLY).readAll(subject: path)
    }

    /// A file's content as text, without the white space at its end.
    package static func readText(_ path: String) throws(LinuxError) -> String {
        var bytes = try read(path)
        while let last = bytes.last, last == 10 || last == 32 || last == 0 { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes into a file that exists already, such as the kernel's own in `/proc`, `/sys` and a cgroup.
    package static func set(_ path: String, to text: String) throws(LinuxError) {
        try Descriptor(opening: path, O_WRONLY).write(text.utf8, subject: path)
    }

    /// Whether anything, even a dangling link, is at a path.
    package static func exists(_ path: String) -> Bool {
        var information = Glibc.stat()
        return lstat(path, &information) == 0
    }

    /// What lies at a path, without following a link there; nil where nothing does.
    package static func information(_ path: String) throws(LinuxError) -> Glibc.stat? {
        var information = Glibc.stat()
        if lstat(path, &information) == 0 { return information }
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw .last("stat", path)
    }

    /// What kind of thing a path names.
    package enum Node: Hashable, Sendable {
        case folder
        /// The mode includes the type.
        case device(mode: UInt32, major: UInt32, minor: UInt32)
        case other
    }

    /// What lies at a path, a link not followed; nil where nothing does.
    package static func node(_ path: String) throws(LinuxError) -> Node? {
        guard let information = try information(path) else { return nil }
        switch information.st_mode & S_IFMT {
        case S_IFDIR: return .folder
        case S_IFCHR, S_IFBLK:
            return .device(
                mode: information.st_mode, major: clinux_major(information.st_rdev),
                minor: clinux_minor(information.st_rdev))
        default: return .other
        }
    }

    /// An extended attribute's value, a link not followed; nil where it is not set.
    package static func extendedAttribute(_ name: String, of path: String) throws(LinuxError) -> [UInt8]? {
        var value = [UInt8](repeating: 0, count: 64 << 10)
        let count = lgetxattr(path, name, &value, value.count)
        if count >= 0 { return Array(value[..<count]) }
        if errno == ENODATA { return nil }
        throw .last("getxattr \(name)", path)
    }

    /// The names in a folder, sorted; nothing where there is no such folder.
    package static func names(in folder: String) throws(LinuxError) -> [String] {
        guard let stream = opendir(folder) else {
            if errno == ENOENT { return [] }
            throw .last("open", folder)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Makes a folder and those above it, as far as they are missing.
    package static func makeFolder(_ path: String, mode: UInt32 = 0o755) throws(LinuxError) {
        if mkdir(path, mode) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw .last("mkdir", path)
        }
        try makeFolder(String(path[..<slash]), mode: mode)
        if mkdir(path, mode) < 0, errno != EEXIST { throw .last("mkdir", path) }
    }

    /// Removes a file, a link, or a folder with all that is in it; nothing there is as good. Crosses no mount.
    package static func remove(_ path: String) throws(LinuxError) {
        if unlink(path) == 0 || errno == ENOENT { return }
        guard errno == EISDIR || errno == EPERM else { throw .last("unlink", path) }
        for name in try names(in: path) { try remove(path + "/" + name) }
        if rmdir(path) < 0, errno != ENOENT { throw .last("rmdir", path) }
    }

    /// Renames within a file system; what is at the target is replaced.
    package static func rename(_ from: String, to target: String) throws(LinuxError) {
        if Glibc.rename(from, target) < 0 { throw .last("rename", "\(from) to \(target)") }
    }

    /// Where a symbolic link points.
    package static func linkTarget(_ path: String) throws(LinuxError) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &buffer, buffer.count)
        if count < 0 { throw .last("readlink", path) }
        return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Asks the disk to keep everything on the file system that holds a path.
    package static func synchronizeFileSystem(_ path: String) throws(LinuxError) {
        let descriptor = try Descriptor(opening: path, O_RDONLY)
        if clinux_syncfs(descriptor.raw) < 0 { throw .last("syncfs", path) }
    }

    /// Asks the disk to keep a file's or folder's present content.
    package static func synchronize(_ path: String) throws(LinuxError) {
        let descriptor = try Descriptor(opening: path, O_RDONLY)
        if fsync(descriptor.raw) < 0 { throw .last("fsync", path) }
    }
}
