internal import Glibc

/// The runner's folder on a machine: the digests it knows, the handlers it owes, and a lock, for one run at a time under each of
/// the names that inventories may have for the machine.
final class RunnerState {
    let digests: FileDigests
    let journal: HandlerJournal
    let folder: String
    private let lock: Int32
    private let doneFolder: String

    /// Waits for a run under that name that is still underway, up to a limit; without one it works beside it.
    init(folder: String, name: String, lockTimeoutSeconds: Int?) throws {
        let name = name.replacing("/", with: "_")
        self.folder = folder
        try FileModule.make(folder, try FileAttributes(["mode": "0700"]))
        let path = folder + "/lock-" + name
        lock = try SystemCalls.check("open", path) { open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }
        let start = SystemCalls.monotonicMilliseconds
        while let lockTimeoutSeconds, flock(lock, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw TaskFailure.system(call: "flock", subject: path, errno: errno)
            }
            guard SystemCalls.monotonicMilliseconds - start < lockTimeoutSeconds * 1000 else {
                throw TaskFailure.timedOut("the end of another run on this machine", seconds: lockTimeoutSeconds)
            }
            SystemCalls.sleep(milliseconds: 50)
        }
        doneFolder = folder + "/done"
        digests = FileDigests(statePath: folder + "/digests.json")
        journal = HandlerJournal(path: folder + "/pending-handlers-\(name).json")
    }

    deinit { close(lock) }

    /// Whether what is done only once was done on this machine.
    func isDone(_ name: String) throws -> Bool { try SystemCalls.status(path(ofDone: name)) != nil }

    func markDone(_ name: String) throws {
        try FileModule.make(doneFolder, try FileAttributes(["mode": "0700"]))
        try FileReplacement.write("", to: path(ofDone: name), attributes: try FileAttributes(["mode": "0600"]))
    }

    /// Takes it back, where it was noted.
    func takeBackDone(_ name: String) throws {
        guard unlink(path(ofDone: name)) != 0, errno != ENOENT else { return }
        throw TaskFailure.system(call: "unlink", subject: path(ofDone: name), errno: errno)
    }

    private func path(ofDone name: String) -> String { doneFolder + "/" + name.replacing("/", with: "_") }
}
