import Dispatch
import Foundation
import Glibc
import JSON
import Linux
import Synchronization
import Vault

@testable import Inventories
@testable import Plays
@testable import TaskModules

/// A runner on this machine, on a thread of its own, with pipes for a channel and a folder for all it changes.
final class LocalMachine: Sendable {
    let root: String
    private let descriptors = Mutex<[Int32]>([])

    init() throws {
        root = NSTemporaryDirectory() + "clusterfile-plays-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    /// The runner's program, which is built beside the tests.
    private static let program: String = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return (tests as NSString).deletingLastPathComponent + "/clusterfile-runner"
    }()

    func write(_ text: String, to path: String) throws {
        let full = root + "/" + path
        try FileManager.default.createDirectory(
            atPath: (full as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try text.write(toFile: full, atomically: true, encoding: .utf8)
    }

    func text(_ path: String) -> String? { try? String(contentsOfFile: root + "/" + path, encoding: .utf8) }

    func connect(_ host: String) -> MachineChannel {
        var (down, up): ([Int32], [Int32]) = ([0, 0], [0, 0])
        pipe(&down)
        pipe(&up)
        // A program that another test starts must not hold them open.
        for descriptor in down + up { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        let (input, toRunner, fromRunner, output) = (down[0], down[1], up[0], up[1])
        descriptors.withLock { $0 = [toRunner, fromRunner] }
        let state = root + "/.state"
        let thread = Thread {
            _ = BundleRunner.serve(
                input: input, output: output, stateFolder: state, lockTimeoutSeconds: 5, program: Self.program)
            close(input)
            close(output)
        }
        thread.stackSize = 8 << 20
        thread.start()
        return MachineChannel(
            send: { bytes in await Self.blocking { Self.writeAll(toRunner, bytes) } },
            receive: { await Self.blocking { Self.readSome(fromRunner) } },
            close: {
                Glibc.close(toRunner)
                // The runner has ended once its side is closed: its folder is its own until then.
                while await Self.blocking({ Self.readSome(fromRunner) }) != nil {}
                Glibc.close(fromRunner)
            })
    }

    /// Closes the controller's ends of the last channel at once, as a kill does.
    func hangUp() {
        descriptors.withLock { for descriptor in $0 { Glibc.close(descriptor) } }
    }

    private static func blocking<T: Sendable>(_ body: @escaping @Sendable () -> T) async -> T {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: body()) }
        }
    }

    private static func writeAll(_ file: Int32, _ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count <= 0 { return }
            rest = rest.dropFirst(count)
        }
    }

    private static func readSome(_ file: Int32) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = read(file, &buffer, buffer.count)
        return count > 0 ? Array(buffer[0..<count]) : nil
    }

    /// Compiles `site.yml` of this machine's folder and runs it here, under several names.
    func run(
        hosts: [String] = ["here"], extra: JSONObject = [:], tags: TagChoice = .all, vault: Vault = Vault(),
        configuration: AnsibleConfiguration = AnsibleConfiguration(), isChecking: Bool = false,
        step: Steps.Question? = nil, answering prompt: (@Sendable (VariablePrompt) async throws -> String?)? = nil,
        pausing: PausePrompt? = nil
    )
        async throws -> (
            recap: PlaybookRecap, events: [HostEvent]
        )
    {
        var extra = extra
        extra["root"] = .string(root)
        let inventory = Inventory(hosts: hosts.map { Inventory.Host($0) }, groups: [])
        let compiled = try CompiledPlaybook(
            root + "/site.yml", inventory: inventory, extraVariables: extra, tags: tags, vault: vault,
            configuration: configuration)
        let log = EventLog()
        let recap = try await PlaybookRun(
            [compiled], forks: 1, isChecking: isChecking, step: step, pausing: pausing
        ).run(
            connect: { self.connect($0.name) }, connectBeside: { self.connect($0.name) }, prompt: prompt,
            report: { log.add($0) })
        return (recap, log.events)
    }
}

extension LocalMachine {
    /// Has the peer carry out the same on this host, under these names; it must succeed.
    func runPeer(hosts: String) throws {
        let run = try CapturedProgram(
            running: [
                "ansible-playbook", "-i", hosts, "-c", "local", "-e", "root=\(root)",
                "-e", "ansible_python_interpreter=/usr/bin/python3", root + "/site.yml",
            ],
            environment: ProcessInfo.processInfo.environment.map { "\($0)=\($1)" }, within: 120)
        guard run.status == WaitStatus(0) else {
            throw PeerFailure(output: String(decoding: run.output, as: UTF8.self))
        }
    }

    struct PeerFailure: Error {
        var output: String
    }
}

final class EventLog: Sendable {
    private let all = Mutex<[HostEvent]>([])

    func add(_ event: HostEvent) { all.withLock { $0.append(event) } }
    var events: [HostEvent] { all.withLock { $0 } }
}
