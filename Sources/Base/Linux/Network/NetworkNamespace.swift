import CLinux
import Glibc

/// A network namespace that a path keeps alive: a file with the namespace bound on it.
package struct NetworkNamespace: Hashable, Sendable {
    package var path: String

    package init(path: String) {
        self.path = path
    }

    /// Whether a namespace is bound at the path, and not just a file there.
    package var exists: Bool {
        var information = statfs()
        return statfs(path, &information) == 0 && UInt64(bitPattern: Int64(information.f_type)) == UInt64(NSFS_MAGIC)
    }

    /// Makes the namespace; one that is there already is kept.
    package func make() throws(LinuxError) {
        if exists { return }
        if let slash = path.lastIndex(of: "/") { try FileSystem.makeFolder(String(path[..<slash])) }
        _ = try Descriptor(opening: path, O_RDONLY | O_CREAT, mode: 0o444)
        if clinux_network_namespace_make(path) < 0 { throw .last("make the network namespace", path) }
    }

    /// Takes the name away; the namespace itself ends with its last process.
    package func remove() throws(LinuxError) {
        while umount2(path, Int32(MNT_DETACH)) == 0 {}
        if errno != EINVAL, errno != ENOENT { throw .last("umount", path) }
        try FileSystem.remove(path)
    }

    /// Writes a kernel setting below `/proc/sys` of the namespace, such as `net/ipv4/ip_forward`.
    package func setKernelParameter(_ name: String, to value: String) throws(LinuxError) {
        let descriptor = try open()
        if clinux_network_sysctl_write(descriptor.raw, "/proc/sys/" + name, value) < 0 { throw .last("set", name) }
    }

    /// A descriptor that names the namespace.
    package func open() throws(LinuxError) -> Descriptor {
        try Descriptor(opening: path, O_RDONLY)
    }

    /// Moves the calling process into the namespace at a path. Only the calling thread moves, so this belongs at the
    /// very start of a program, before it has others.
    package static func enter(path: String) throws(LinuxError) {
        if clinux_network_namespace_enter(path) < 0 { throw .last("enter the network namespace", path) }
    }

    /// Runs the body with the calling thread in the namespace at a path; sockets that it makes stay there.
    package static func inside<Value>(path: String, _ body: () throws -> Value) throws -> Value {
        let own = try Descriptor(opening: "/proc/thread-self/ns/net", O_RDONLY)
        try enter(path: path)
        let result = Result { try body() }
        try enter(path: "/proc/self/fd/\(own.raw)")
        return try result.get()
    }
}
