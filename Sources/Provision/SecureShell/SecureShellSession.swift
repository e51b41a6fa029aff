import CLibssh
import Glibc

/// A connection to one machine's SSH server, authenticated on both sides.
///
/// Everything libssh does for it happens on one thread of its own, without blocking there: several commands may run at once.
package actor SecureShellSession {
    /// Whom this session talks to.
    package nonisolated let target: SecureShellTarget
    nonisolated let executor: SocketExecutor
    private let resources: SessionResources
    var lastChannel = 0
    /// Who has the SFTP channel, and who waits for it.
    var filesAreBusy = false
    var filesWaiters: [CheckedContinuation<Void, Never>] = []
    private(set) var isClosed = false

    var session: ssh_session { resources.session }
    var descriptor: Int32 {
        get { resources.descriptor }
        set { resources.descriptor = newValue }
    }
    var channels: [Int: Channel] {
        get { resources.channels }
        _modify { yield &resources.channels }
    }
    /// The SFTP channel once it was needed.
    var files: FileChannel? {
        get { resources.files }
        set { resources.files = newValue }
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(target: SecureShellTarget) throws(SecureShellError) {
        guard let session = ssh_new() else { throw .noResources(reason: "libssh has no memory") }
        do {
            executor = try SocketExecutor()
        } catch {
            ssh_free(session)
            throw error
        }
        self.target = target
        resources = SessionResources(session)
        ssh_set_counters(session, nil, executor.received)
    }

    // Not an isolated one: Swift 6.3 cannot import an actor that has it and an executor of its own ("circular reference").
    deinit {
        // The last reference is gone, so nothing else touches these any more; libssh is called on its thread as ever.
        executor.stop { [resources] in resources.release() }
    }

    /// Connects, makes sure of the server's key and logs in.
    package static func connect(
        to target: SecureShellTarget, deadline: ContinuousClock.Instant
    ) async throws -> SecureShellSession {
        let session = try SecureShellSession(target: target)
        try await session.open(deadline: deadline)
        return session
    }

    /// Ends the session; what runs in it sees its channel closed.
    package func close() {
        guard !isClosed else { return }
        isClosed = true
        resources.disconnect()
        // The number may soon be another socket's: nobody may go on waiting for it.
        executor.resumeAllWaiters()
    }

    /// libssh's words for what went wrong last.
    var lastReason: String {
        let text = String(cString: ssh_get_error(UnsafeMutableRawPointer(session)))
        return text.isEmpty ? "the server closed the connection" : text
    }

    /// Waits until the server sent something, or takes what libssh has still to send.
    func activity(during what: String, deadline: ContinuousClock.Instant) async throws {
        guard !isClosed, ssh_is_connected(session) != 0 || descriptor >= 0 else {
            throw SecureShellError.channelClosed(during: what)
        }
        let isSending = ssh_get_poll_flags(session) & SSH_WRITE_PENDING != 0
        let events = Int32(POLLIN) | (isSending ? Int32(POLLOUT) : 0)
        guard try await executor.wait(for: descriptor, events: events, deadline: deadline) else {
            throw SecureShellError.timedOut(during: what, address: target.address)
        }
        if isClosed { throw SecureShellError.channelClosed(during: what) }
    }

    /// Calls a function of libssh again until it no longer says that it would have to wait.
    func repeated(
        during what: String, deadline: ContinuousClock.Instant, while again: Int32 = SSH_AGAIN, _ step: () -> Int32
    ) async throws -> Int32 {
        while true {
            let status = step()
            if status != again { return status }
            try await activity(during: what, deadline: deadline)
        }
    }

    /// Waits until everything libssh holds back is with the system.
    func flush(during what: String, deadline: ContinuousClock.Instant) async throws {
        while ssh_blocking_flush(session, 0) == SSH_AGAIN {
            try await activity(during: what, deadline: deadline)
        }
    }
}
