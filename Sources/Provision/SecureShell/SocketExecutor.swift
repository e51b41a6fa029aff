import CLibssh
import Dispatch
import Glibc
import Synchronization

/// One thread that runs an actor's jobs and, when there are none, waits for sockets: the home of one SSH session.
final class SocketExecutor: SerialExecutor {
    private struct Waiter {
        var descriptor: Int32
        var events: Int16
        var deadline: ContinuousClock.Instant
        var continuation: CheckedContinuation<Bool, any Error>
    }

    private struct State {
        var jobs: [UnownedJob] = []
        var waiters: [Int: Waiter] = [:]
        var lastWaiter = 0
        var isPolling = false
        var isStopped = false
        var lastAct: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "ssh")
    /// An eventfd: written to when something is to be done while the thread polls.
    private let wakeDescriptor: Int32
    /// How many packets libssh has taken in. It does so in most calls, for whomever they are: whoever waits must then look again.
    ///
    /// Unsafe: libssh writes here in calls of the actor, which like all reads happen on this executor's thread.
    nonisolated(unsafe) let received: ssh_counter

    init() throws(SecureShellError) {
        wakeDescriptor = clibssh_event_descriptor()
        guard wakeDescriptor >= 0 else { throw .noResources(reason: String(cString: strerror(errno))) }
        received = .allocate(capacity: 1)
        received.initialize(to: ssh_counter_struct())
        queue.async { [self] in runUntilStopped() }
    }

    deinit {
        close(wakeDescriptor)
        received.deallocate()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        change { $0.jobs.append(job) }
    }

    /// Ends the thread once it has run what is queued, and this after it.
    func stop(_ lastAct: @escaping @Sendable () -> Void) {
        change { state in
            state.isStopped = true
            state.lastAct = lastAct
        }
    }

    /// Waits until `descriptor` has one of poll's `events`, an error or an end; false when the deadline came first.
    func wait(
        for descriptor: Int32, events: Int32, deadline: ContinuousClock.Instant,
        isolation: isolated (any Actor)? = #isolation
    ) async throws -> Bool {
        let id = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        return try await withTaskCancellationHandler {
            // Named, the isolation is this closure's too. Else it would run on another thread, and between the caller's look
            // and this wait the executor's own thread could take in what the caller waits for.
            _ = isolation
            return try await withCheckedThrowingContinuation { continuation in
                dispatchPrecondition(condition: .onQueue(queue))
                let waiter = Waiter(
                    descriptor: descriptor, events: Int16(truncatingIfNeeded: events), deadline: deadline,
                    continuation: continuation)
                var isCancelled = false
                change { state in
                    // A cancellation from here on finds the waiter.
                    isCancelled = Task.isCancelled
                    if !isCancelled { state.waiters[id] = waiter }
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: id) }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let mustWake = state.withLock { state in
            body(&state)
            return state.isPolling
        }
        guard mustWake else { return }
        var one: UInt64 = 1
        // A counter that is full already wakes the thread.
        _ = write(wakeDescriptor, &one, 8)
    }

    private func runUntilStopped() {
        var packetsSeen: UInt64 = 0
        while true {
            let (jobs, isStopped) = state.withLock { state -> ([UnownedJob], Bool) in
                defer { state.jobs = [] }
                state.isPolling = state.jobs.isEmpty
                return (state.jobs, state.isStopped)
            }
            for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
            guard jobs.isEmpty else { continue }
            if isStopped {
                let lastAct = state.withLock { $0.lastAct.take() }
                lastAct?()
                return
            }
            if received.pointee.in_packets != packetsSeen {
                packetsSeen = received.pointee.in_packets
                resumeAllWaiters()
            } else {
                pollOnce()
            }
        }
    }

    private func pollOnce() {
        let waiters = state.withLock { $0.waiters }
        var requests = [pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0)]
        for waiter in waiters.values {
            if let index = requests.firstIndex(where: { $0.fd == waiter.descriptor }) {
                requests[index].events |= waiter.events
            } else {
                requests.append(pollfd(fd: waiter.descriptor, events: waiter.events, revents: 0))
            }
        }
        // Interrupted or out of memory: nothing is ready, and the next turn polls again.
        let readyCount = poll(
            &requests, nfds_t(requests.count), Self.milliseconds(until: waiters.values.map(\.deadline).min()))
        state.withLock { $0.isPolling = false }
        if requests[0].revents != 0 {
            var count: UInt64 = 0
            // The count does not matter.
            _ = read(wakeDescriptor, &count, 8)
        }
        let ready = Set(readyCount > 0 ? requests.filter { $0.revents != 0 }.map(\.fd) : [])
        resumeWaiters(ready: ready)
    }

    /// Lets everyone who waits look again.
    func resumeAllWaiters() {
        resumeWaiters(ready: Set(state.withLock { $0.waiters.values.map(\.descriptor) }))
    }

    /// Resumes who waits for a ready descriptor, and whose deadline is over.
    private func resumeWaiters(ready: Set<Int32>) {
        let now = ContinuousClock.now
        let done = state.withLock { state in
            let done = state.waiters.filter { ready.contains($0.value.descriptor) || $0.value.deadline <= now }
            for id in done.keys { state.waiters[id] = nil }
            return done
        }
        for (_, waiter) in done.sorted(by: { $0.key < $1.key }) {
            waiter.continuation.resume(returning: ready.contains(waiter.descriptor))
        }
    }

    private static func milliseconds(until deadline: ContinuousClock.Instant?) -> Int32 {
        guard let deadline else { return -1 }
        let (seconds, attoseconds) = (deadline - .now).components
        if seconds < 0 || attoseconds < 0 { return 0 }
        // Rounded up: waking early would spin until the deadline is really over.
        return Int32(min(seconds, 100_000) * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
    }
}
