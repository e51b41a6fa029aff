package import Clusterfiles
import Diagnostics
import Glibc
import Linux

/// Carries out the commands that a Clusterfile's `hooks` has for a moment, on this host.
package struct HookRunner: Sendable {
    /// When hooks run, as the Clusterfile calls it.
    package enum Moment: String, Hashable, Sendable {
        case beforeUp = "before_up"
        case afterUp = "after_up"
        case beforeDown = "before_down"
        case afterDown = "after_down"
    }

    /// The folder that they run in: the Clusterfile's.
    package var folder: String
    /// What they get, `CLUSTERFILE_HOOK` beside it.
    package var environment: [String: String]
    /// A descriptor of the host's own network namespace, where this process works in another.
    package var hostNamespace: Int32?
    package var progress: ProgressSink

    package init(folder: String, environment: [String: String], hostNamespace: Int32?, progress: ProgressSink) {
        self.folder = folder
        self.environment = environment
        self.hostNamespace = hostNamespace
        self.progress = progress
    }

    /// Runs the hooks of a moment, one after the other; throws what the first that fails came to.
    package func run(_ moment: Moment, of hooks: ClusterSpec.Hooks) async throws {
        for hook in hooks[moment] {
            progress.report(.note("\(moment.rawValue) $ \(hook.command)"))
            let status = try await run(hook, at: moment)
            guard status.code != 0 else { continue }
            throw Diagnosis(
                "the hook \(moment.rawValue) failed: \(hook.command)",
                why: status.signal.map { "signal \($0) ended it" } ?? "it ended with status \(status.code)",
                fix: moment.advice, at: hook.location)
        }
    }

    private func run(_ hook: ClusterSpec.Hook, at moment: Moment) async throws -> WaitStatus {
        let variables = environment.merging(["CLUSTERFILE_HOOK": moment.rawValue]) { $1 }
        var spec = ProcessSpec(
            arguments: ["/bin/sh", "-c", hook.command], environment: variables.map { "\($0.key)=\($0.value)" }.sorted())
        spec.workingDirectory = folder
        if let hostNamespace { spec.joinedNamespaces = ["/proc/self/fd/\(hostNamespace)"] }
        let none = try Descriptor(opening: "/dev/null", O_RDONLY)
        let output = try Descriptor.pipe()
        let pid = try StartedProcess.start(
            spec, streams: .init(input: none.raw, output: output.writing.raw, error: output.writing.raw)
        ).pid
        let reading = output.closingWriter()
        _ = fcntl(reading.raw, F_SETFL, O_NONBLOCK)
        return try await follow(pid, saying: moment.rawValue, through: reading)
    }

    /// Shows what a hook says until it ends: what it has left in the background may still hold its output.
    private func follow(
        _ pid: Int32, saying name: String, through reading: consuming Descriptor
    ) async throws -> WaitStatus {
        var lines = LineAssembler()
        var status: Int32 = 0
        var hasEnded = false
        while !hasEnded {
            hasEnded = waitpid(pid, &status, WNOHANG) == pid
            show(lines.take(Self.available(reading.raw)), of: name)
            if hasEnded { break }
            do {
                try await Task.sleep(for: .milliseconds(20))
            } catch {
                await Self.end(pid)
                throw error
            }
        }
        show(lines.finish(), of: name)
        return WaitStatus(status)
    }

    private func show(_ lines: [[UInt8]], of name: String) {
        for line in lines { progress.report(.note("\(name) | \(String(decoding: line, as: UTF8.self))")) }
    }

    /// All that is there to be read now.
    private static func available(_ descriptor: Int32) -> [UInt8] {
        var all: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            guard count > 0 else { return all }
            all += chunk[..<count]
        }
    }

    /// Ends a hook and what it has started: each is the leader of a session. It has 5 s to do so by itself.
    private static func end(_ pid: Int32) async {
        kill(-pid, SIGTERM)
        // Its caller is cancelled, and may not sleep any more.
        await Task.detached {
            let deadline = ContinuousClock.now + .seconds(5)
            var status: Int32 = 0
            while waitpid(pid, &status, WNOHANG) == 0 {
                if ContinuousClock.now > deadline { kill(-pid, SIGKILL) }
                try? await Task.sleep(for: .milliseconds(20))  // nobody cancels it
            }
        }.value
    }
}

extension HookRunner.Moment {
    /// What to do about one that failed.
    fileprivate var advice: String {
        switch self {
        case .beforeUp, .beforeDown: "mend it, or take it out of the Clusterfile; nothing was touched"
        case .afterUp: "the machines are as they were wanted; mend it and run clusterfile up again"
        case .afterDown: "the cluster is gone; what the hook does is left to be done by hand"
        }
    }
}

extension ClusterSpec.Hooks {
    fileprivate subscript(_ moment: HookRunner.Moment) -> [ClusterSpec.Hook] {
        switch moment {
        case .beforeUp: beforeUp
        case .afterUp: afterUp
        case .beforeDown: beforeDown
        case .afterDown: afterDown
        }
    }
}
