import Clusterfiles
import Diagnostics
import Hypervisor
import Plays
import SecureShell

/// One run's way into all machines of a cluster.
struct MachineVisit: Sendable {
    private let hypervisor: Hypervisor
    private let access: MachineAccess
    private let spec: ClusterSpec
    /// Which machines this run has started.
    private let started: Set<String>
    private let begin = ContinuousClock.now
    private let bootTimeout: Duration
    private let progress: ProgressSink
    private let boots: BootClock

    init(_ cluster: ClusterLifecycle, _ spec: ClusterSpec, started: Set<String>) async throws {
        hypervisor = cluster.hypervisor
        access = MachineAccess(
            hypervisor: cluster.hypervisor, pool: cluster.pool, consoleFolder: try await cluster.consoleFolder(),
            credentials: cluster.credentials)
        self.spec = spec
        self.started = started
        bootTimeout = cluster.bootTimeout
        progress = cluster.progress
        boots = BootClock(machines: spec.machines.count, begin: begin, progress: progress)
    }

    /// Runs the body for every machine, all at once; every machine's failure is told.
    func all(_ body: @escaping @Sendable (MachineSpec) async throws -> Void) async throws {
        let failures = await withTaskGroup(of: [Diagnosis].self) { group in
            for machine in spec.machines {
                group.addTask {
                    do {
                        try await body(machine)
                        return []
                    } catch {
                        return Diagnoses(of: error).all
                    }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        guard failures.isEmpty else { throw Diagnoses(failures) }
    }

    /// Logs in to a machine and runs the body on the session.
    func login(_ machine: MachineSpec, _ body: (SecureShellSession) async throws -> Void) async throws {
        let deadline = begin + bootTimeout
        let isNew = started.contains(machine.name)
        let attempt = {
            let session = try await access.login(machine, user: spec.user, deadline: deadline, wasStarted: isNew)
            // Reachable is who has carried out a command.
            if isNew { _ = try await session.run("true", deadline: deadline) }
            return session
        }
        let session =
            isNew ? try await progress.step(machine: machine.name, "first login", attempt) : try await attempt()
        await boots.reached()
        try await body(session)
        await session.close()
    }

    /// Starts the runner on a machine and gives its way to the body.
    func withRunner(
        _ program: RunnerProgram, on machine: MachineSpec,
        _ body: @escaping @Sendable (MachineChannel) async throws -> Void
    ) async throws {
        if let channel = try await runnerThere(program, on: machine) {
            await boots.reached()
            return try await body(channel)
        }
        try await login(machine) { session in
            try await program.withRunner(session, deadline: .now + Self.longestRun, body)
        }
    }

    /// The runner of a machine that has it already and whose SSH server answers, or nil: then a login has to say more.
    private func runnerThere(_ program: RunnerProgram, on machine: MachineSpec) async throws -> MachineChannel? {
        guard !started.contains(machine.name) else { return nil }
        let deadline = ContinuousClock.now + .seconds(10)
        do {
            async let answers = access.answers(machine, user: spec.user, deadline: deadline)
            let channel = try await program.start(
                domain: machine.domainName, hypervisor, deadline: deadline, limit: Self.longestRun)
            return try await answers ? channel : nil
        } catch let error as CancellationError {
            throw error
        } catch {
            // Another program has the channel, or nobody listens there: SSH works without it.
            return nil
        }
    }

    /// How long a runner may work on one task without a word.
    private static let longestRun = Duration.seconds(1800)
}

/// Reports the boot phase's end when the last machine was reached.
private actor BootClock {
    private var missing: Int
    private let begin: ContinuousClock.Instant
    private let progress: ProgressSink

    init(machines: Int, begin: ContinuousClock.Instant, progress: ProgressSink) {
        missing = machines
        self.begin = begin
        self.progress = progress
    }

    func reached() {
        missing -= 1
        if missing == 0 { progress.report(.phaseFinished(.boot, seconds: begin.secondsSince)) }
    }
}
