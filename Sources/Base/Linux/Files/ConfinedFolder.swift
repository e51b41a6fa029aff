import CLinux
import Glibc

/// A folder that is filled with what somebody else names: no path, and no link made on the way, leads out of it.
package struct ConfinedFolder: ~Copyable {
    package let path: String
    private let root: Descriptor
    private let latest = Latest()

    /// What an entry is given besides its content.
    package struct Attributes: Hashable, Sendable {
        package var mode: UInt32
        package var user: UInt32
        package var group: UInt32
        package var modifiedAt: Int64
        package var extended: [String: [UInt8]]

        package init(mode: UInt32, user: UInt32, group: UInt32, modifiedAt: Int64, extended: [String: [UInt8]] = [:]) {
            self.mode = mode
            self.user = user
            self.group = group
            self.modifiedAt = modifiedAt
            self.extended = extended
        }
    }

    package init(_ path: String) throws(LinuxError) {
        self.path = path
        root = try Descriptor(taking: clinux_open_folder(path), from: "open", on: path)
    }

    /// Makes a folder; one that is there already gets the attributes, anything else there is replaced.
    package func makeFolder(_ inner: String, _ attributes: Attributes) throws(LinuxError) {
        let place = try place(inner)
        if mkdirat(place.parent.raw, place.name, 0o700) < 0 {
            guard errno == EEXIST else { throw .last("mkdir", inner) }
            if try kind(place, inner) != S_IFDIR {
                try removeEntry(place, inner)
                if mkdirat(place.parent.raw, place.name, 0o700) < 0 { throw .last("mkdir", inner) }
            }
        }
        try set(attributes, place, inner)
    }

    /// Makes an empty file in place of what is there, and opens it for writing.
    package func makeFile(_ inner: String) throws(LinuxError) -> Descriptor {
        let place = try place(inner)
        return try Descriptor(
            taking: try replacing(place, "create", inner) {
                openat(place.parent.raw, place.name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
            }, from: "create", on: inner)
    }

    /// Makes a symbolic link in place of what is there; where it points is not looked at.
    package func makeLink(_ inner: String, to target: String, _ attributes: Attributes) throws(LinuxError) {
        let place = try place(inner)
        _ = try replacing(place, "symlink", inner) { symlinkat(target, place.parent.raw, place.name) }
        if fchownat(place.parent.raw, place.name, attributes.user, attributes.group, AT_SYMLINK_NOFOLLOW) < 0 {
            throw .last("chown", inner)
        }
    }

    /// Makes a second name for a file that is inside already.
    package func makeHardLink(_ inner: String, to existing: String) throws(LinuxError) {
        let source = try place(existing)
        let place = try place(inner)
        _ = try replacing(place, "link", "\(inner) to \(existing)") {
            linkat(source.parent.raw, source.name, place.parent.raw, place.name, 0)
        }
    }

    /// Makes a device node or a pipe in place of what is there; the mode includes its type.
    package func makeNode(
        _ inner: String, type: UInt32, major: UInt32, minor: UInt32, _ attributes: Attributes
    ) throws(LinuxError) {
        let place = try place(inner)
        _ = try replacing(place, "mknod", inner) {
            mknodat(place.parent.raw, place.name, type | 0o600, clinux_makedev(major, minor))
        }
        try set(attributes, place, inner)
    }

    /// Gives an entry its attributes; a link is not followed.
    package func set(_ attributes: Attributes, on inner: String) throws(LinuxError) {
        try set(attributes, try place(inner), inner)
    }

    /// A regular file's content, at most so many bytes of it; nil where there is none.
    package func readFile(_ inner: String, limit: Int = 1 << 20) throws(LinuxError) -> [UInt8]? {
        let raw = clinux_inside_open(root.raw, inner, UInt64(O_RDONLY | O_NONBLOCK | O_NOCTTY))
        if raw < 0, errno == ENOENT || errno == ENOTDIR || errno == ENXIO { return nil }
        let file = try Descriptor(taking: raw, from: "open", on: inner)
        var information = Glibc.stat()
        guard fstat(file.raw, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { return nil }
        var content: [UInt8] = []
        while content.count < limit {
            let piece = try file.read(upTo: limit - content.count, subject: inner)
            if piece.isEmpty { break }
            content += piece
        }
        return content
    }

    /// Removes an entry with all that is below it.
    package func remove(_ inner: String) throws(LinuxError) {
        try removeEntry(try place(inner), inner)
    }

    private struct Place {
        var parent: Parent
        var name: String
    }

    /// A folder inside, open for as long as somebody works in it.
    private final class Parent {
        let path: Substring
        let raw: Int32

        init(_ path: Substring, _ raw: Int32) {
            self.path = path
            self.raw = raw
        }

        deinit { close(raw) }
    }

    /// The folder that was worked in last: archives name a folder's files one after the other.
    private final class Latest {
        var parent: Parent?
    }

    private func place(_ inner: String) throws(LinuxError) -> Place {
        let slash = inner.lastIndex(of: "/")
        let folder = slash.map { inner[..<$0] } ?? ""
        if let parent = latest.parent, parent.path == folder, !inner.hasSuffix("/") {
            return Place(parent: parent, name: String(slash.map { inner[inner.index(after: $0)...] } ?? inner[...]))
        }
        var name = [CChar](repeating: 0, count: 256)
        let raw = clinux_inside_parent(root.raw, inner, &name)
        if raw < 0 { throw .last("open", inner) }
        let parent = Parent(folder, raw)
        latest.parent = parent
        return Place(
            parent: parent, name: String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }

    /// Makes an entry, in place of another one where there is one; answers what the call answered.
    private func replacing(
        _ place: Place, _ call: String, _ inner: String, _ make: () -> Int32
    ) throws(LinuxError) -> Int32 {
        var result = make()
        if result < 0, errno == EEXIST {
            try removeEntry(place, inner)
            result = make()
        }
        if result < 0 { throw .last(call, inner) }
        return result
    }

    private func kind(_ place: Place, _ inner: String) throws(LinuxError) -> UInt32 {
        var information = Glibc.stat()
        if fstatat(place.parent.raw, place.name, &information, AT_SYMLINK_NOFOLLOW) < 0 { throw .last("stat", inner) }
        return information.st_mode & S_IFMT
    }

    private func removeEntry(_ place: Place, _ inner: String) throws(LinuxError) {
        // The folder that is kept open may lie below what goes.
        latest.parent = nil
        if unlinkat(place.parent.raw, place.name, 0) == 0 || errno == ENOENT { return }
        guard errno == EISDIR || errno == EPERM else { throw .last("unlink", inner) }
        // Below here nothing is reached through a link: the parent is a descriptor, and removal follows none.
        try FileSystem.remove("/proc/self/fd/\(place.parent.raw)/\(place.name)")
    }

    private func set(_ attributes: Attributes, _ place: Place, _ inner: String) throws(LinuxError) {
        let through = "/proc/self/fd/\(place.parent.raw)/\(place.name)"
        if fchownat(place.parent.raw, place.name, attributes.user, attributes.group, AT_SYMLINK_NOFOLLOW) < 0 {
            throw .last("chown", inner)
        }
        guard try kind(place, inner) != S_IFLNK else { return }
        // After chown, which clears the set-ID bits.
        if fchmodat(place.parent.raw, place.name, attributes.mode & 0o7777, 0) < 0 { throw .last("chmod", inner) }
        for (name, value) in attributes.extended where lsetxattr(through, name, value, value.count, 0) < 0 {
            // A file system without extended attributes still holds the files.
            if errno != ENOTSUP { throw .last("setxattr \(name)", inner) }
        }
        var times = [
            timespec(tv_sec: Int(attributes.modifiedAt), tv_nsec: 0),
            timespec(tv_sec: Int(attributes.modifiedAt), tv_nsec: 0),
        ]
        if utimensat(place.parent.raw, place.name, &times, AT_SYMLINK_NOFOLLOW) < 0 { throw .last("utimens", inner) }
    }
}
