import Glibc
import JSON
import Linux

/// What a cluster's state folder says of its forwards: which there shall be, and the process that carries them.
package struct ForwardRecord: Hashable, Sendable {
    /// A process for good, also after the host was started anew.
    package struct Server: Hashable, Sendable {
        var process: ProcessIdentity
        var boot: String

        /// This process.
        static func current() throws -> Server {
            guard let process = ProcessIdentity(of: getpid()) else { preconditionFailure("this process runs") }
            return Server(process: process, boot: try MachineInformation.bootIdentity())
        }

        /// Whether that very process runs now.
        func isAlive() throws -> Bool { try boot == MachineInformation.bootIdentity() && process.isAlive }
    }

    package var forwards: [Forward]
    package var server: Server?

    /// The process that carries the forwards, where it runs.
    package func runningServer() throws -> Server? { try server.flatMap { try $0.isAlive() ? $0 : nil } }

    static func path(in folder: String) -> String { folder + "/forwards.json" }

    /// The record at a path, or nil where there is none; one that cannot be read is as good as none, since the wish is in the
    /// Clusterfile and a process that nobody names ends itself.
    package static func read(_ path: String) -> ForwardRecord? {
        guard let text = try? FileSystem.readText(path), let json = try? JSON(parsing: text) else { return nil }
        let forwards = (json["forwards"]?.array ?? []).compactMap { Forward($0) }
        var record = ForwardRecord(forwards: forwards, server: nil)
        if let pid = json["pid"]?.integer, let ticks = json["startTicks"]?.integer, let boot = json["boot"]?.string {
            record.server = Server(
                process: ProcessIdentity(pid: Int32(truncatingIfNeeded: pid), startTicks: UInt64(max(0, ticks))),
                boot: boot)
        }
        return record
    }

    func write(_ path: String) throws {
        var json: JSON = ["forwards": .array(forwards.map(\.json))]
        if let server {
            json["pid"] = JSON(Int(server.process.pid))
            json["startTicks"] = JSON(Int(server.process.startTicks))
            json["boot"] = .string(server.boot)
        }
        try AtomicFile.write(json.bytes + [0x0A], to: path, mode: 0o600, durability: .process)
    }
}
