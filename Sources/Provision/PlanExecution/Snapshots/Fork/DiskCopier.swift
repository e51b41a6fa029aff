import Diagnostics
import Glibc
import Linux

/// Copies qcow2 files that running machines have open, with one of the states saved in them and nothing else.
///
/// What belongs to a saved state in such a file is never written again while the state is there: a later write goes to a new
/// place. Only what the machine sees now may be torn in a copy, and that is dropped: its table is emptied, and the
/// counts of who uses what are made anew from the saved states alone (QEMU's docs/interop/qcow2.txt).
actor DiskCopier {
    private let executor = BlockingExecutor(label: "clusterfile.disk-copier")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Copies a file, with its holes; where the file system can share blocks, none is copied.
    func copy(_ source: String, to target: String) throws {
        try run(["cp", "--reflink=auto", "--sparse=always", source, target], "copy \(source)")
    }

    /// Makes the copy hold one state alone.
    func keep(_ state: String, in path: String) throws {
        try emptyActiveTable(of: path)
        try run(["qemu-img", "check", "-q", "-f", "qcow2", "-r", "all", path], "put the copy \(path) in order")
        for other in try states(in: path) where other != state {
            try run(["qemu-img", "snapshot", "-d", other, path], "delete the state '\(other)' from \(path)")
        }
    }

    /// Overwrites the active table of level 1 with zeros: the disk then is as its base, until a state is restored.
    private func emptyActiveTable(of path: String) throws {
        let file = try Descriptor(opening: path, O_RDWR)
        var header = [UInt8](repeating: 0, count: 48)
        guard pread(file.raw, &header, header.count, 0) == header.count,
            header.starts(with: [0x51, 0x46, 0x49, 0xFB])
        else { throw Diagnosis("\(path) is no qcow2 file", fix: "fork from disks of that format") }
        let entries = header[36..<40].reduce(0) { $0 << 8 | Int($1) }
        let offset = header[40..<48].reduce(0) { $0 << 8 | Int($1) }
        let zeros = [UInt8](repeating: 0, count: entries * 8)
        guard pwrite(file.raw, zeros, zeros.count, off_t(offset)) == zeros.count else {
            throw Diagnosis("cannot write \(path)", why: String(cString: strerror(errno)))
        }
    }

    /// The names of the states, from qemu-img's table: the second column, which has no spaces by our own rule.
    private func states(in path: String) throws -> [String] {
        try run(["qemu-img", "snapshot", "-l", path], "list the states in \(path)").split(separator: "\n").dropFirst(2)
            .compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) }
    }

    @discardableResult
    private func run(_ arguments: [String], _ action: String) throws -> String {
        let outcome = try Program.run(arguments)
        guard outcome.status.code == 0 else {
            throw Diagnosis(
                "cannot \(action)", why: outcome.output.split(separator: "\n").last.map(String.init),
                fix: "look for room in the pool's folder, and run the same command again")
        }
        return outcome.output
    }
}
