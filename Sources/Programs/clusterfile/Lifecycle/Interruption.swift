import ArgumentParser
import Diagnostics
import Dispatch
import Glibc
import Synchronization

/// Ctrl-C and SIGTERM. Where a command works on a cluster, the first cancels its task and the second ends the process at once;
/// everywhere else the first ends it.
enum Interruption {
    /// A command's work was interrupted and has ended in order.
    struct Interrupted: Diagnosable {
        var signal: Int32
        var command: String

        /// As shells count a process that a signal ended.
        var status: ExitCode { ExitCode(128 + signal) }

        var diagnosis: Diagnosis {
            Diagnosis(
                "clusterfile \(command) was interrupted", why: "what is done stays",
                fix: "run clusterfile \(command) again: it goes on from there")
        }
    }

    /// Takes both signals over. A program that takes this one's place (ssh) has the usual handlers again.
    static func install() {
        // Each is there before a handler can need it.
        received.store(0, ordering: .relaxed)
        wakeDescriptor.store(-1, ordering: .relaxed)
        for number in [SIGINT, SIGTERM] { signal(number, handle) }
    }

    /// Runs the body in a task that the first signal cancels; what it throws after that is `Interrupted`.
    static func cancelling<Value: Sendable>(
        _ command: String, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return try await body() }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let task = Task { try await body() }
        let source = DispatchSource.makeReadSource(fileDescriptor: ends[0], queue: DispatchQueue(label: "interruption"))
        source.setEventHandler {
            var byte: UInt8 = 0
            // The source only calls when there is a byte, and it is for waking alone.
            _ = read(ends[0], &byte, 1)
            Terminal.error(
                "\nclusterfile: interrupted; what is under way is brought to its end, and nothing more is begun (once more"
                    + " stops at once)")
            task.cancel()
        }
        source.resume()
        wakeDescriptor.store(ends[1], ordering: .sequentiallyConsistent)
        defer {
            wakeDescriptor.store(-1, ordering: .sequentiallyConsistent)
            source.cancel()
        }
        do {
            return try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
        } catch {
            let number = received.load(ordering: .relaxed)
            throw number == 0 ? error : Interrupted(signal: number, command: command)
        }
    }
}

/// The first signal that came.
private let received = Atomic<Int32>(0)
/// Where a byte wakes who cancels the work under way; -1 where there is none.
private let wakeDescriptor = Atomic<Int32>(-1)

/// Only async-signal-safe calls are made.
private func handle(_ number: Int32) {
    let descriptor = wakeDescriptor.load(ordering: .sequentiallyConsistent)
    if descriptor >= 0,
        received.compareExchange(expected: 0, desired: number, ordering: .sequentiallyConsistent).exchanged
    {
        var byte: UInt8 = 0
        let kept = errno
        _ = write(descriptor, &byte, 1)
        errno = kept
        return
    }
    let words: StaticString =
        "\nclusterfile: interrupted; what is done stays, and the same command goes on from there\n"
    write(2, words.utf8Start, words.utf8CodeUnitCount)
    _exit(128 + number)
}
