import Diagnostics
import FoundationEssentials
import Hypervisor
import Plays
import SecureShell
import Synchronization

/// The native runner on the machines: its program is copied once, by its content's hash, and started over SSH.
///
/// On a machine that has it already it is started through the readiness channel instead: a login costs a machine without KVM
/// five times the processor time that the run itself does when there is nothing to do.
struct RunnerProgram: Sendable {
    private let file: String
    private let digest: String

    /// Finds the program in the folder of the agents.
    init(folder: String) throws {
        file = folder + "/clusterfile-runner"
        do {
            digest = try FileDigest.sha256(ofFile: file)
        } catch {
            throw Diagnosis(
                "cannot read the runner \(file)", why: "\(error)", fix: "install the programs again: scripts/up")
        }
    }

    var shortDigest: String { String(digest.prefix(16)) }
    /// Where it is copied to, in the ordinary user's home, and whence it is moved at once.
    private var landing: String { ".clusterfile-runner-" + shortDigest }

    /// Says whether the runner is there in one byte, so that a start takes one round trip, and starts it.
    ///
    /// It may have come over SFTP, and a new machine has a disk with the program in it, under its digest.
    private var start: String {
        """
        f=/usr/local/lib/clusterfile; p=$f/runner-\(shortDigest); n=$f/.runner.new
        place() { chown 0:0 $n && chmod 700 $n && rm -f $f/runner-* && mv $n $p; }
        if [ ! -x $p ]; then
            mkdir -p $f
            if [ -f \(landing) ]; then mv \(landing) $n && place; fi
            for disk in /sys/block/vd*; do
                [ ! -x $p ] && [ "$(cat $disk/serial)" = \(AgentDisk.serial) ] &&
                tar -x -O --occurrence=1 -f /dev/${disk##*/} \(digest) > $n 2>/dev/null && place
            done
        fi
        if [ -x $p ]; then printf +; exec $p; fi
        printf -
        """
    }

    /// Starts the runner as root and gives its way to the body; a machine that lacks the program gets it first.
    func withRunner(
        _ session: SecureShellSession, deadline: ContinuousClock.Instant,
        _ body: @escaping @Sendable (MachineChannel) async throws -> Void
    ) async throws {
        for attempt in 0..<2 {
            let ran = try await session.withProcess("sudo -n sh -c '\(start)'", deadline: deadline) { process in
                let stream = RunnerStream(process)
                guard try await stream.firstByte() == UInt8(ascii: "+") else { return false }
                try await body(
                    MachineChannel(
                        send: { try await stream.send($0) }, receive: { try await stream.receive() }, close: {}))
                return true
            }
            if ran { return }
            guard attempt == 0 else { break }
            let content = Array(try Data(contentsOf: URL(filePath: file), options: .mappedIfSafe))
            try await session.put(content, to: landing, mode: 0o700, deadline: deadline)
        }
        throw Diagnosis(
            "the runner does not start on the machine",
            why: "it was copied to ~/\(landing) and did not get to /usr/local/lib/clusterfile",
            fix: "see whether the machine's disk is full: df -h /")
    }

    /// Starts the runner through the machine's readiness channel, or gives nil where the machine does not have it.
    ///
    /// `deadline` bounds the start, `limit` each wait for the runner's next word.
    func start(
        domain: String, _ hypervisor: Hypervisor, deadline: ContinuousClock.Instant, limit: Duration
    ) async throws -> MachineChannel? {
        let channel = try await hypervisor.openChannel(domain: domain)
        // A runner whose controller was killed may still be there. It takes this line for nonsense and ends.
        try await channel.send("state", deadline: deadline)
        var hasAsked = false
        while true {
            switch try await channel.nextLine(deadline: deadline).split(separator: " ").first {
            case "ready" where !hasAsked:
                try await channel.send("run \(shortDigest)", deadline: deadline)
                hasAsked = true
            case "running":
                return MachineChannel(
                    send: { try await channel.send(bytes: $0, deadline: .now + limit) },
                    receive: { try await channel.nextBytes(deadline: .now + limit) }, close: {})
            case "missing", "unknown": return nil
            default: continue
            }
        }
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
        case wanted([CheckedContinuation<MachineChannel, any Error>])
        case there(MachineChannel)
        case failed(any Error)
    }

    private var places: [String: Place] = [:]
    private var doneWaiters: [CheckedContinuation<Void, Never>] = []
    private var isDone = false
    /// Whether nobody offers anything any more.
    private var isGivenUp = false

    func offer(_ host: String, _ result: Result<MachineChannel, any Error>) {
        if case .wanted(let waiters)? = places[host] { waiters.forEach { $0.resume(with: result) } }
        switch result {
        case .success(let channel): places[host] = .there(channel)
        case .failure(let error):
            // A runner that was handed over tells its failure through its stream.
            if case .there? = places[host] { return }
            places[host] = .failed(error)
        }
    }

    func channel(of host: String) async throws -> MachineChannel {
        switch places[host] {
        case .there(let channel)?: return channel
        case .failed(let error)?: throw error
        case .wanted, nil:
            if isGivenUp { throw CancellationError() }
            return try await withCheckedThrowingContinuation { continuation in
                var waiters: [CheckedContinuation<MachineChannel, any Error>] = []
                if case .wanted(let others)? = places[host] { waiters = others }
                places[host] = .wanted(waiters + [continuation])
            }
        }
    }

    /// Who still waits has nothing to wait for.
    func giveUp() {
        isGivenUp = true
        for (host, place) in places {
            guard case .wanted(let waiters) = place else { continue }
            places[host] = nil
            waiters.forEach { $0.resume(throwing: CancellationError()) }
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
