import Linux

/// One reading of a container's log: hands out what was asked for, and waits for more while the container runs.
actor LogReader {
    private let path: String
    private let place: AttemptFolder
    private let options: LogOptions
    private let executor = BlockingExecutor(label: "clusterfile.log-reader")
    private var cursor: LogCursor?
    private var filter: LogFilter
    private let changes: FileChanges?
    private var watch: SupervisorWatch?

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(path: String, place: AttemptFolder, options: LogOptions) throws(LinuxError) {
        self.path = path
        self.place = place
        self.options = options
        filter = LogFilter(options)
        if options.follow, let slash = path.lastIndex(of: "/") {
            let folders = [String(path[..<slash]), place.path]
            changes = try FileChanges(folders: folders)
        } else {
            changes = nil
        }
        cursor = try LogCursor.open(path, tailLines: options.tailLines)
    }

    /// The next piece of output; nil at the end.
    func next() async throws -> [UInt8]? {
        while !Task.isCancelled {
            // State first: what a container wrote before its end is in the file by then.
            let isOver = changes == nil || hasEnded()
            while !filter.isDone {
                let piece = try cursor?.next() ?? []
                if piece.isEmpty { break }
                let output = filter.take(piece)
                if !output.isEmpty { return output }
            }
            if isOver || filter.isDone { break }
            await changes?.waitForOne()
        }
        changes?.stop()
        return nil
    }

    private func hasEnded() -> Bool {
        // A record that is gone or cannot be read has nothing more to wait for.
        guard let record = try? RecordFile.read(place.state, as: StateRecord.self) else { return true }
        guard case .running = record.state, record.supervisor.process.isAlive else { return true }
        // A supervisor that is killed leaves no record behind that would wake us.
        if watch == nil { watch = try? SupervisorWatch(record.supervisor.process) { [changes] in changes?.wake() } }
        return false
    }
}

extension PodRuntime {
    /// A container's output of one attempt, as it wrote it. Ends with the log, or with the container when following.
    package nonisolated func logs(
        pod uid: String, container: String, attempt: Int, options: LogOptions
    ) throws -> AsyncThrowingStream<[UInt8], any Error> {
        let folder = configuration.folder(uid)
        let place = folder.attempt(attempt, of: container)
        guard let sandbox = try RecordFile.read(folder.sandbox, as: SandboxRecord.self), FileSystem.exists(place.path)
        else { throw ContainerRuntimeError.noLog(pod: uid, container: container, attempt: attempt) }
        let path = configuration.logPath(sandbox.spec, container, attempt)
        let reader = try LogReader(path: path, place: place, options: options)
        return AsyncThrowingStream { try await reader.next() }
    }
}
