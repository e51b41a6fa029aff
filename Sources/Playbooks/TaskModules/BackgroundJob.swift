internal import Bundles
internal import Diagnostics
internal import Glibc
internal import JSON
internal import Linux
internal import Synchronization

/// A task that goes on without the runner that began it: a process with a session of its own, which leaves its result in a file
/// where Ansible has it.
package struct BackgroundJob: Sendable {
    /// Names the folder of the files, where it is not Ansible's own.
    static let folderVariable = "ANSIBLE_ASYNC_DIR"

    private let call: ModuleCall
    private let user: String?
    private let seconds: Int
    private let stateFolder: String
    private let id: String
    private let file: String

    /// Chooses its name, and makes the folder for its file as the user whose rights it has.
    init(_ call: ModuleCall, user: String?, seconds: Int, _ stateFolder: String) throws {
        self.call = call
        self.user = user
        self.seconds = seconds
        self.stateFolder = stateFolder
        let id = "j\(UInt64.random(in: 0...999_999_999_999)).\(getpid())"
        self.id = id
        file = try Identity.running(as: user) { environment in
            var names: [String: String] = environment
            for (name, value) in call.environment { names[name] = value.pythonText }
            let folder = try Self.folder(names)
            if try SystemCalls.status(folder) == nil {
                try FileModule.make(folder, try FileAttributes(["mode": "0700"]))
            }
            return folder + "/" + id
        }
    }

    /// Where the files of jobs lie for a task with that environment.
    static func folder(_ environment: [String: String]) throws -> String {
        try HomeFolder.expanding(environment[folderVariable] ?? "~/.ansible_async", environment["HOME"])
    }

    /// Starts it; what is given is what the task gives.
    func start(_ program: String) throws -> JSONObject {
        let state: JSONObject = ["started": 1, "finished": 0, "ansible_job_id": .string(id)]
        try write(state)
        do {
            try Spawn(arguments: [program, "--job"], input: json.bytes).detach()
        } catch {
            try Identity.running(as: user) { _ in _ = unlink(file) }
            throw error
        }
        return state.merging(["results_file": .string(file), "changed": true])
    }

    private func write(_ result: JSONObject) throws {
        try Identity.running(as: user) { _ in
            try FileReplacement.write(
                JSON.object(result).bytes, to: file, attributes: try FileAttributes(["mode": "0600"]))
        }
    }

    private var json: JSON {
        [
            "call": call.json, "user": user.map { .string($0) } ?? .null, "seconds": JSON(seconds),
            "stateFolder": .string(stateFolder), "id": .string(id), "file": .string(file),
        ]
    }

    private init(json: JSON) throws {
        guard let seconds = json["seconds"]?.integer, let stateFolder = json["stateFolder"]?.string,
            let id = json["id"]?.string, let file = json["file"]?.string
        else { throw BundleError.malformed("a job without its place") }
        (self.seconds, self.stateFolder, self.id, self.file) = (seconds, stateFolder, id, file)
        call = try ModuleCall(json: json["call"] ?? .null)
        user = json["user"]?.string
    }
}

// The job's own process.
extension BackgroundJob {
    /// Names the process at work, in the file of a job that is not over: its number, and when it began.
    static let processMember = "_process"

    /// Carries out the job that comes over a file descriptor; gives the process's exit status.
    package static func serve(input: Int32) -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        umask(0o022)
        do {
            var bytes: [UInt8] = []
            try SystemCalls.readPieces(input, "the job") { bytes.append(contentsOf: $0) }
            try BackgroundJob(json: JSON(parsing: bytes)).run()
            return 0
        } catch {
            // Nobody listens: who looks after the job finds that it is gone.
            return 1
        }
    }

    private func run() throws {
        try write([
            "started": 1, "finished": 0, "ansible_job_id": .string(id),
            Self.processMember: .string(ProcessIdentity(of: getpid())?.text ?? ""),
        ])
        let end = End()
        let watcher = Watcher(job: self, end: end)
        try watcher.start()
        let work = ModuleWork(
            call, user: user, FileDigests(statePath: stateFolder + "/digests.json"),
            fetch: { _, _ in throw TaskFailure.said("files of the controller come to no task in the background") })
        let result = work.result()
        guard end.isFirst() else {
            // The watcher ends this process.
            while true { pause() }
        }
        try write(result.members)
    }

    /// Says the job's last word: its result, or that its time is over.
    private final class End: Sendable {
        private let isSaid = Atomic(false)

        func isFirst() -> Bool { !isSaid.exchange(true, ordering: .acquiringAndReleasing) }
    }

    /// Ends a job that takes too long, with all that it has started.
    private final class Watcher: Sendable {
        /// Who waits for the job says first that it was not done in time.
        private static let graceSeconds = 5

        private let job: BackgroundJob
        private let end: End

        init(job: BackgroundJob, end: End) {
            self.job = job
            self.end = end
        }

        func start() throws {
            var thread = pthread_t()
            let watcher = Unmanaged.passRetained(self)
            let failure = pthread_create(
                &thread, nil,
                { pointer in
                    if let pointer { Unmanaged<Watcher>.fromOpaque(pointer).takeRetainedValue().watch() }
                    return nil
                }, watcher.toOpaque())
            guard failure == 0 else {
                watcher.release()
                throw TaskFailure.system(call: "pthread_create", subject: "the job", errno: failure)
            }
        }

        private func watch() {
            SystemCalls.sleep(milliseconds: (job.seconds + Self.graceSeconds) * 1000)
            guard end.isFirst() else { return }
            // Where it cannot be written, the file still says which process is gone.
            try? job.write(["msg": "Timeout exceeded", "failed": true, "child_pid": JSON(Int(getpid()))])
            kill(0, SIGKILL)
        }
    }
}

extension ProcessIdentity {
    /// As a job's file holds it.
    var text: String { "\(pid) \(startTicks)" }

    init?(text: String) {
        let parts = text.split(separator: " ")
        guard parts.count == 2, let pid = Int32(parts[0]), let ticks = UInt64(parts[1]) else { return nil }
        self.init(pid: pid, startTicks: ticks)
    }
}
