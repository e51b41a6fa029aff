import Clusterfiles
import Diagnostics
import Glibc
import Hypervisor
import Plays
import SecureShell

/// One run's way into all machines of a cluster.
struct MachineVisit: Sendable {
    private let access: [String?: MachineAccess]
    private let sites: Sites
    private let user: String
    /// The machines that can be visited.
    private let machines: [MachineSpec]
    /// What a machine comes to once it is reached.
    private let next: MachinePhase
    /// Which machines this run has started.
    private let started: Set<String>
    /// Which stood still until now, so that their clocks are late.
    private let resumed: Set<String>
    private let begin = ContinuousClock.now
    private let bootTimeout: Duration
    private let progress: ProgressSink
    private let boots: BootClock
    /// How many machines are asked and logged in to at a time.
    private let attempts = ConcurrencyLimit(32)

    init(
        _ cluster: ClusterLifecycle, _ spec: ClusterSpec, started: Set<String>, resumed: Set<String>,
        without failed: Set<String>,
        next: MachinePhase
    ) async throws {
        sites = cluster.sites
        let parts = try await sites.onAll { site in
            MachineAccess(
                hypervisor: site.hypervisor, pool: cluster.pool,
                consoleFolder: try await cluster.at(site).consoleFolder(), credentials: cluster.credentials,
                route: site.route)
        }
        access = Dictionary(uniqueKeysWithValues: zip(sites.all.map(\.name), parts))
        user = spec.user
        machines = spec.machines.filter { !failed.contains($0.name) }
        self.next = next
        self.started = started
        self.resumed = resumed
        bootTimeout = cluster.bootTimeout
        progress = cluster.progress
        boots = BootClock(machines: machines.count, begin: begin, progress: progress)
    }

    /// Runs the body for every machine, all at once; gives those for which it failed, in the machines' order.
    func all(_ body: @escaping @Sendable (MachineSpec) async throws -> Void) async throws -> [MachineFailure] {
        let failures = await withTaskGroup(of: MachineFailure?.self) { group in
            for machine in machines {
                group.addTask {
                    do {
                        try await setClock(of: machine)
                        try await body(machine)
                        return nil
                    } catch {
                        await boots.missed(machine.name)
                        return MachineFailure(
                            machine: machine.name, phase: await boots.phase(of: machine.name) ?? arrival(machine),
                            diagnoses: Diagnoses(of: error).all)
                    }
                }
            }
            return await group.reduce(into: [:]) { failures, failure in failures[failure?.machine ?? ""] = failure }
        }
        try Task.checkCancellation()
        return machines.compactMap { failures[$0.name] }
    }

    private func access(to machine: MachineSpec) -> MachineAccess {
        guard let access = access[sites[machine.name].name] else { preconditionFailure("every site has its access") }
        return access
    }

    /// The way on which a machine is until it is reached.
    private func arrival(_ machine: MachineSpec) -> MachinePhase {
        started.contains(machine.name) ? .booting : .connecting
    }

    private func reached(_ machine: MachineSpec) async {
        await boots.reached(machine.name, next)
        progress.report(.machine(machine.name, next))
    }

    /// Gives a machine of our own images that stood still the right time; another one gets it with its login.
    private func setClock(of machine: MachineSpec) async throws {
        guard resumed.contains(machine.name), machine.firstBoot == .native else { return }
        try await progress.step(machine: machine.name, "set its clock") {
            try await access(to: machine).setClock(of: machine, deadline: begin + bootTimeout)
        }
    }

    /// Reaches a machine for which nothing is to be done: one that was there before shows that it answers, and who has just been
    /// started carries out a command.
    func reach(_ machine: MachineSpec) async throws {
        if !started.contains(machine.name), try await isThere(machine) { return await reached(machine) }
        try await login(machine) { _ in }
    }

    /// Whether a machine that was there before says that it is ready and its SSH server has the right key. A login would say no
    /// more, and costs a machine without KVM a second.
    private func isThere(_ machine: MachineSpec) async throws -> Bool {
        guard machine.firstBoot == .native else { return false }
        progress.report(.machine(machine.name, .connecting))
        let (access, deadline) = (access(to: machine), ContinuousClock.now + .seconds(10))
        do {
            async let answers = access.answers(machine, user: user, deadline: deadline)
            try await access.waitUntilReady(machine, deadline: deadline)
            return try await answers
        } catch let error as CancellationError {
            throw error
        } catch {
            // The login tells what is wrong.
            return false
        }
    }

    /// Logs in to a machine and runs the body on the session.
    func login(_ machine: MachineSpec, _ body: (SecureShellSession) async throws -> Void) async throws {
        let isNew = started.contains(machine.name)
        // One that was there before was asked another way until now.
        // A stock system boots several times as long.
        let deadline =
            (isNew ? begin : .now) + bootTimeout * (machine.firstBoot == .native ? 1 : MachineReadiness.foreignBoots)
        progress.report(.machine(machine.name, arrival(machine)))
        let attempt = {
            try await attempts.run {
                let session = try await access(to: machine).login(
                    machine, user: user, deadline: deadline, wasStarted: isNew)
                // Reachable is who has carried out a command.
                if isNew { _ = try await session.run("true", deadline: deadline) }
                if resumed.contains(machine.name), machine.firstBoot != .native {
                    _ = try await session.run("sudo -n date --set=@\(time(nil))", deadline: deadline)
                }
                return session
            }
        }
        let session =
            isNew ? try await progress.step(machine: machine.name, "first login", attempt) : try await attempt()
        await reached(machine)
        try await body(session)
        await session.close()
    }

    /// Starts the runner on a machine and gives its way to the body.
    func withRunner(
        _ program: RunnerProgram, on machine: MachineSpec,
        _ body: @escaping @Sendable (MachineChannel) async throws -> Void
    ) async throws {
        if let channel = try await runnerThere(program, on: machine) {
            await reached(machine)
            return try await body(channel)
        }
        try await login(machine) { session in
            try await program.withRunner(session, deadline: .now + Self.longestRun, body)
        }
    }

    /// Starts a further runner on a machine that has been reached, and gives its way to the body.
    func withSecondRunner(
        _ program: RunnerProgram, on host: String,
        _ body: @escaping @Sendable (MachineChannel) async throws -> Void
    ) async throws {
        guard let machine = machines.first(where: { $0.name == host }) else {
            throw Diagnosis("'\(host)' cannot do another machine's task", why: "it has not been reached")
        }
        let session = try await attempts.run {
            try await access(to: machine).loginAgain(machine, user: user, deadline: .now + bootTimeout)
        }
        try await program.withRunner(session, deadline: .now + Self.longestRun, body)
        await session.close()
    }

    /// The runner of a machine that has it already and whose SSH server answers, or nil: then a login has to say more.
    private func runnerThere(_ program: RunnerProgram, on machine: MachineSpec) async throws -> MachineChannel? {
        guard machine.firstBoot == .native else { return nil }
        let isNew = started.contains(machine.name)
        progress.report(.machine(machine.name, isNew ? arrival(machine) : .connecting))
        do {
            let access = access(to: machine)
            if isNew {
                try await progress.step(machine: machine.name, "boot") {
                    try await access.waitUntilReady(machine, deadline: begin + bootTimeout)
                }
            }
            let deadline = ContinuousClock.now + .seconds(10)
            async let answers = access.answers(machine, user: user, deadline: deadline)
            let channel = try await program.start(
                domain: machine.domainName, access.hypervisor, deadline: deadline, limit: Self.longestRun)
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

/// Knows who was reached, and reports the boot phase's end when that is settled of every machine.
private actor BootClock {
    private var missing: Int
    private var phases: [String: MachinePhase] = [:]
    private let begin: ContinuousClock.Instant
    private let progress: ProgressSink

    init(machines: Int, begin: ContinuousClock.Instant, progress: ProgressSink) {
        missing = machines
        self.begin = begin
        self.progress = progress
    }

    func reached(_ machine: String, _ phase: MachinePhase) {
        phases[machine] = phase
        settled()
    }

    /// It failed, on its way or later.
    func missed(_ machine: String) { if phases[machine] == nil { settled() } }

    /// What a machine has come to; nil where it was not reached.
    func phase(of machine: String) -> MachinePhase? { phases[machine] }

    private func settled() {
        missing -= 1
        if missing == 0 { progress.report(.phaseFinished(.boot, seconds: begin.secondsSince)) }
    }
}
