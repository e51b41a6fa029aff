import Linux

/// A device node of the machine.
struct MachineDevice: Hashable {
    var path: String
    /// With the type.
    var mode: UInt32
    var major: UInt32
    var minor: UInt32

    /// All of the machine's, except those that every container gets of its own.
    static func all() throws(LinuxError) -> [MachineDevice] {
        try nodes(in: "/dev")
    }

    private static func nodes(in folder: String) throws(LinuxError) -> [MachineDevice] {
        var found: [MachineDevice] = []
        for name in try FileSystem.names(in: folder) {
            let path = folder + "/" + name
            if ["/dev/pts", "/dev/shm", "/dev/mqueue", "/dev/console", "/dev/ptmx"].contains(path) { continue }
            guard let node = try FileSystem.node(path) else { continue }
            switch node {
            case .folder: found += try nodes(in: path)
            case .device(let mode, let major, let minor):
                found.append(MachineDevice(path: path, mode: mode, major: major, minor: minor))
            case .other: break
            }
        }
        return found
    }
}
