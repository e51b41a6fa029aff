import Clusterfiles
package import Credentials
import Diagnostics
package import Hypervisor
package import SecureShell

/// Reaches the machines of a cluster: waits until one is ready, and logs in with the cluster's key, trusting its own key alone.
package struct MachineAccess: Sendable {
    package var hypervisor: Hypervisor
    package var pool: String
    package var consoleFolder: String
    package var credentials: CredentialStore
    package var route = SecureShellRoute.direct

    /// Logs in as soon as the machine can be logged in to; one whose kernel gives up is not waited for.
    func login(
        _ machine: MachineSpec, user: String, deadline: ContinuousClock.Instant, wasStarted: Bool
    ) async throws -> SecureShellSession {
        var deadline = deadline
        do {
            // Only our own images have the service that answers there; of others the SSH server is asked until it answers.
            let isNative = machine.firstBoot == .native
            if isNative { try await waitUntilReady(machine, deadline: deadline) }
            // One that is up and refuses will go on to.
            if !wasStarted, isNative { deadline = min(deadline, .now + .seconds(60)) }
        } catch HypervisorError.channelBusy where !wasStarted {
            // Somebody else talks to it; a machine that was there before can be asked over SSH as well.
        }
        return try await loginAgain(machine, user: user, deadline: deadline)
    }

    /// Logs in to a machine that has been reached before.
    func loginAgain(
        _ machine: MachineSpec, user: String, deadline: ContinuousClock.Instant
    ) async throws -> SecureShellSession {
        try await SecureShellSession.connectWhenReady(to: try place(of: machine, user: user), deadline: deadline)
    }

    /// Waits until a machine of our own images says that it can be logged in to, or stops; a channel that ends though the machine runs is opened again: libvirtd was
    /// restarted.
    func waitUntilReady(_ machine: MachineSpec, deadline: ContinuousClock.Instant) async throws {
        try await unlessItStops(machine) { try await answer(of: machine, deadline: deadline) }
    }

    private func answer(of machine: MachineSpec, deadline: ContinuousClock.Instant) async throws {
        while true {
            do {
                _ = try await ReadinessChannel(hypervisor: hypervisor).waitUntilReady(
                    domain: machine.domainName, deadline: deadline)
                return
            } catch HypervisorError.channelClosed where ContinuousClock.now < deadline {
                if let standstill = try await standstill(of: machine) { throw standstill }
                try await Task.sleep(for: .milliseconds(200))
            }
        }
    }

    /// Sets the clock of a machine of our own images that stood still.
    func setClock(of machine: MachineSpec, deadline: ContinuousClock.Instant) async throws {
        try await unlessItStops(machine) {
            try await ReadinessChannel(hypervisor: hypervisor).setClock(domain: machine.domainName, deadline: deadline)
        }
    }

    /// Why a machine will never answer; nil where it may.
    private func standstill(of machine: MachineSpec) async throws -> Diagnosis? {
        let state = try await hypervisor.state(ofDomain: machine.domainName)
        switch state {
        case .running, .shuttingDown, .suspendedByGuest, .unknown: return nil
        case .paused:
            let pause = try await hypervisor.domain(machine.domainName)?.pause
            return Diagnosis("it was paused meanwhile", why: pause?.description, fix: pause?.remedy)
        case .shutOff, .crashed: return Diagnosis("it stopped meanwhile", why: "libvirt says that it is \(state.words)")
        }
    }

    /// Runs the body, and ends it with an error as soon as the machine stands still or its console shows that its kernel gave up.
    private func unlessItStops(_ machine: MachineSpec, _ body: @escaping @Sendable () async throws -> Void)
        async throws
    {
        let log = consoleFolder + "/" + Hypervisor.consoleLogName(ofDomain: machine.domainName)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await body() }
            group.addTask {
                while true {
                    try await Task.sleep(for: .seconds(1))
                    // A libvirt that does not answer now is asked again.
                    if let standstill = try? await standstill(of: machine) { throw standstill }
                    // A console that cannot be read yet, or at all, says nothing.
                    let tail = (try? await hypervisor.consoleTail(logPath: log, pool: pool, maximumBytes: 4096)) ?? ""
                    guard let panic = tail.split(whereSeparator: \.isNewline).last(where: { $0.contains(Self.panic) })
                    else { continue }
                    throw Diagnosis("its kernel gave up", why: String(panic).withoutControls)
                }
            }
            try await group.next()
            group.cancelAll()
        }
    }

    /// What Linux prints before it stops for good (kernel/panic.c).
    private static let panic = "Kernel panic - not syncing"

    /// Whether the machine's SSH server answers at all.
    func answers(_ machine: MachineSpec, user: String, deadline: ContinuousClock.Instant) async throws -> Bool {
        try await SecureShellSession.answers(at: try place(of: machine, user: user), deadline: deadline)
    }

    /// Where a machine is and how it proves itself.
    private func place(of machine: MachineSpec, user: String) throws -> SecureShellTarget {
        try credentials.target(machine.name, at: "\(machine.address)", user: user, route: route)
    }
}
