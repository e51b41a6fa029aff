import Clusterfiles
package import Credentials
import Diagnostics
package import Hypervisor
import SecureShell

/// Reaches the machines of a cluster: waits until one is ready, and logs in with the cluster's key, trusting its own key alone.
package struct MachineAccess: Sendable {
    package var hypervisor: Hypervisor
    package var pool: String
    package var consoleFolder: String
    package var credentials: CredentialStore

    /// Logs in as soon as the machine can be logged in to; at the deadline the error has its console's last lines.
    func login(
        _ machine: MachineSpec, user: String, deadline: ContinuousClock.Instant, wasStarted: Bool
    ) async throws -> SecureShellSession {
        do {
            var deadline = deadline
            do {
                try await ReadinessChannel(hypervisor: hypervisor).waitUntilReady(
                    domain: machine.domainName, deadline: deadline)
                // One that is up and refuses will go on to.
                if !wasStarted { deadline = min(deadline, .now + .seconds(60)) }
            } catch HypervisorError.channelBusy where !wasStarted {
                // Somebody else talks to it; a machine that was there before can be asked over SSH as well.
            }
            return try await SecureShellSession.connectWhenReady(
                to: try place(of: machine, user: user), deadline: deadline)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw await explain(error, machine)
        }
    }

    /// Whether the machine's SSH server answers at all.
    func answers(_ machine: MachineSpec, user: String, deadline: ContinuousClock.Instant) async throws -> Bool {
        try await SecureShellSession.answers(at: try place(of: machine, user: user), deadline: deadline)
    }

    /// Where a machine is and how it proves itself.
    private func place(of machine: MachineSpec, user: String) throws -> SecureShellTarget {
        let line = try credentials.hostKey(ofMachine: machine.name).publicKeyWithoutComment
        return SecureShellTarget(
            address: "\(machine.address)", user: user, privateKey: .text(try credentials.userKey().privateKeyText),
            hostKey: try PublicKey(openSSH: line))
    }

    private func explain(_ error: any Error, _ machine: MachineSpec) async -> Diagnosis {
        let cause = Diagnoses(of: error).all.first ?? Diagnosis("\(error)")
        var why = cause.what + (cause.why.map { ": \($0)" } ?? "")
        let lines = await consoleLines(machine)
        why +=
            lines.isEmpty ? "; its console is empty" : "; its console's last lines:\n" + lines.joined(separator: "\n")
        return Diagnosis(
            "machine '\(machine.name)' (\(machine.address)) cannot be logged in to", why: why,
            fix:
                "it is kept as it is; look at it with 'virsh console \(machine.domainName)', then run clusterfile up again"
        )
    }

    private func consoleLines(_ machine: MachineSpec) async -> [String] {
        let log = consoleFolder + "/" + Hypervisor.consoleLogName(ofDomain: machine.domainName)
        do {
            let tail = try await hypervisor.consoleTail(logPath: log, pool: pool, maximumBytes: 2048)
            return tail.split(whereSeparator: \.isNewline).suffix(12).map { "    | \($0)" }
        } catch {
            // The console only helps to explain; the error stands without it.
            return []
        }
    }
}
