import Crypto
import Diagnostics
import FoundationEssentials
import Plays
import SecureShell
import Synchronization

/// The native runner on the machines: its program is copied once, by its content's hash, and started over SSH.
struct RunnerProgram: Sendable {
    private let content: [UInt8]
    /// Where it lies in the ordinary user's home.
    private let path: String
    private let digest: String

    /// Reads the program from the folder of the agents.
    init(folder: String) throws {
        let file = folder + "/clusterfile-runner"
        do {
            content = Array(try Data(contentsOf: URL(filePath: file), options: .mappedIfSafe))
        } catch {
            throw Diagnosis(
                "cannot read the runner \(file)", why: "\(error)", fix: "install the programs again: scripts/up")
        }
        digest = SHA256.hash(data: content).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        path = ".clusterfile-runner-" + digest.prefix(16)
    }

    /// A new machine has a disk with the program in it, under its digest.
    private var takeFromDisk: String {
        """
        [ -x \(path) ] || for disk in /sys/block/vd*; do \
        [ "$(cat $disk/serial)" = \(AgentDisk.serial) ] && \
        sudo -n tar -x -O --occurrence=1 -f /dev/${disk##*/} \(digest) > \(path).new 2>/dev/null && \
        chmod 700 \(path).new && mv \(path).new \(path); done
        """
    }

    /// Starts the runner as root and gives its way to the body; a machine that lacks the program gets it first.
    func withRunner(
        _ session: SecureShellSession, deadline: ContinuousClock.Instant,
        _ body: @escaping @Sendable (RunnerStream) async throws -> Void
    ) async throws {
        for attempt in 0..<2 {
            // One byte says whether it is there, so that a start takes one round trip.
            let command = "\(takeFromDisk); if [ -x \(path) ]; then printf +; exec sudo -n ./\(path); else printf -; fi"
            let ran = try await session.withProcess(command, deadline: deadline) { process in
                let stream = RunnerStream(process)
                guard try await stream.firstByte() == UInt8(ascii: "+") else { return false }
                try await body(stream)
                return true
            }
            if ran { return }
            if attempt == 0 { try await session.put(content, to: path, mode: 0o700, deadline: deadline) }
        }
        throw Diagnosis("the runner does not start on the machine", why: "it was copied to ~/\(path) and is not there")
    }
}

/// A runner's standard input and output as one stream of bytes.
final class RunnerStream: Sendable {
    private let process: RemoteProcess
    private let state = Mutex<(rest: [UInt8], errors: [UInt8])>(([], []))

    init(_ process: RemoteProcess) { self.process = process }

    func firstByte() async throws -> UInt8? {
        guard let bytes = try await receive(), let first = bytes.first else { return nil }
        state.withLock { $0.rest = Array(bytes.dropFirst()) }
        return first
    }

    func send(_ bytes: [UInt8]) async throws { try await process.write(bytes) }

    /// The next bytes; where the runner ends without a word, what it wrote to stderr is the error.
    func receive() async throws -> [UInt8]? {
        let rest = state.withLock { state in
            defer { state.rest = [] }
            return state.rest
        }
        if !rest.isEmpty { return rest }
        while let chunk = try await process.nextChunk() {
            switch chunk.stream {
            case .output: return chunk.bytes
            case .errors: state.withLock { $0.errors += chunk.bytes.suffix(4096) }
            }
        }
        let errors = state.withLock { String(decoding: $0.errors, as: UTF8.self) }
        if !errors.isEmpty { throw Diagnosis("the runner ended", why: errors) }
        return nil
    }
}

/// Hands each machine's runner over from the task that keeps its connection to the playbook's run, and says when it is done.
actor RunnerExchange {
    private enum Place {
        case wanted([CheckedContinuation<RunnerStream, any Error>])
        case there(RunnerStream)
        case failed(any Error)
    }

    private var places: [String: Place] = [:]
    private var doneWaiters: [CheckedContinuation<Void, Never>] = []
    private var isDone = false

    func offer(_ host: String, _ result: Result<RunnerStream, any Error>) {
        if case .wanted(let waiters)? = places[host] { waiters.forEach { $0.resume(with: result) } }
        switch result {
        case .success(let stream): places[host] = .there(stream)
        case .failure(let error):
            // A runner that was handed over tells its failure through its stream.
            if case .there? = places[host] { return }
            places[host] = .failed(error)
        }
    }

    func stream(of host: String) async throws -> RunnerStream {
        switch places[host] {
        case .there(let stream)?: return stream
        case .failed(let error)?: throw error
        case .wanted, nil:
            return try await withCheckedThrowingContinuation { continuation in
                var waiters: [CheckedContinuation<RunnerStream, any Error>] = []
                if case .wanted(let others)? = places[host] { waiters = others }
                places[host] = .wanted(waiters + [continuation])
            }
        }
    }

    /// The run is over: connections may end.
    func finish() {
        isDone = true
        doneWaiters.forEach { $0.resume() }
        doneWaiters = []
    }

    func waitUntilFinished() async {
        if isDone { return }
        await withCheckedContinuation { doneWaiters.append($0) }
    }
}
