import FoundationEssentials
import Linux

/// A pod's sandbox as the agent asked for it.
struct SandboxRecord: Hashable, Codable {
    var spec: PodSandboxSpec
    /// The cgroup that holds the pod.
    var controlGroup: String
    /// A folder in which a file is touched after each change.
    var bell: String
}

/// Which process supervises a pod, on which boot.
struct SupervisorRecord: Hashable, Codable {
    var bootIdentity: String
    var process: ProcessIdentity
}

/// Everything the supervisor needs to start one attempt; decided by the agent.
struct LaunchRecord: Hashable, Codable {
    var id: String
    var image: String
    var imageDigest: String
    var process: ProcessSpec
    var resources: ContainerResources
    var logPath: String
    var logLimit: LogLimit
    var stopSignal: Int32
}

/// How far an attempt got, as its supervisor wrote it down.
struct StateRecord: Hashable, Codable {
    var supervisor: SupervisorRecord
    var state: State

    enum State: Hashable, Codable {
        case running(process: Int32, startedAt: Timestamp)
        case exited(ContainerExit)
        case startFailed(message: String, at: Timestamp)
    }
}

/// Reading and writing records: JSON files that are there whole or not at all.
enum RecordFile {
    /// A record; nil where there is none.
    static func read<Record: Decodable>(_ path: String, as: Record.Type = Record.self) throws -> Record? {
        guard FileSystem.exists(path) else { return nil }
        let bytes: [UInt8]
        do throws(LinuxError) {
            bytes = try FileSystem.read(path)
        } catch {
            // Removed since it was looked for.
            if error.isMissing { return nil }
            throw error
        }
        do {
            return try JSONDecoder().decode(Record.self, from: Data(bytes))
        } catch {
            throw ContainerRuntimeError.unreadableRecord(path: path, reason: "\(error)")
        }
    }

    /// Outlives a crash of any process. Not a power cut's: after that, no record's process lives anyway.
    static func write(_ record: some Encodable, to path: String) throws {
        try AtomicFile.write(try JSONEncoder().encode(record), to: path, mode: 0o600, durability: .process)
    }
}
