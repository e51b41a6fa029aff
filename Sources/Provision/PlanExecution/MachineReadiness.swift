import Clusterfiles
import Credentials
import Diagnostics
import Hypervisor
import SecureShell

/// Whether a machine that libvirt shows can be logged in to, and the time in it.
///
/// Those of our own images have a service that answers on a channel; others are asked over SSH.
struct MachineReadiness: Sendable {
    /// How many times as long a stock system boots.
    static let foreignBoots = 4

    var hypervisor: Hypervisor
    var credentials: CredentialStore

    /// Waits until it can be logged in to; `limit` is for one of our own images.
    func waitUntilReady(_ machine: ObservedCluster.Machine, atMost limit: Duration) async throws {
        if machine.isNative {
            _ = try await ReadinessChannel(hypervisor: hypervisor).waitUntilReady(
                domain: machine.domain, deadline: .now + limit)
        } else {
            try await login(machine, deadline: .now + limit * Self.foreignBoots).close()
        }
    }

    /// Sets its clock to this host's.
    func setClock(of machine: ObservedCluster.Machine) async throws {
        let deadline = ContinuousClock.now + .seconds(machine.isNative ? 30 : 60)
        if machine.isNative {
            return try await ReadinessChannel(hypervisor: hypervisor).setClock(
                domain: machine.domain, deadline: deadline)
        }
        let session = try await login(machine, deadline: deadline)
        // The time is taken once sudo is there to read it, which takes a moment of its own.
        let command = "sudo -n sh -c 'echo; read -r time && date -s @$time >/dev/null'"
        let status = try await session.withProcess(command, deadline: deadline) { process in
            while let chunk = try await process.nextChunk(), chunk.stream != .output {}
            try await process.writeAll(Array((HostClock.text + "\n").utf8))
            return try await process.waitForExit()
        }
        await session.close()
        guard status.code == 0 else {
            throw Diagnosis(
                "the clock of \(machine.name) could not be set", why: "'\(command)' ended with \(status.code)",
                fix: "run in it: sudo date -s @$(date +%s)")
        }
    }

    private func login(
        _ machine: ObservedCluster.Machine, deadline: ContinuousClock.Instant
    ) async throws -> SecureShellSession {
        try await SecureShellSession.connectWhenReady(
            to: try credentials.target(machine.name, at: machine.address, user: machine.user, route: machine.route),
            deadline: deadline)
    }
}

extension CredentialStore {
    /// Where a machine is, and how it proves itself.
    func target(
        _ machine: String, at address: String, user: String, route: SecureShellRoute
    ) throws -> SecureShellTarget {
        let line = try hostKey(ofMachine: machine).publicKeyWithoutComment
        return SecureShellTarget(
            address: address, user: user, privateKey: .text(try userKey().privateKeyText),
            hostKey: try PublicKey(openSSH: line), route: route)
    }
}
