import Diagnostics
package import Hypervisor

/// Talks to the machine's own service on its readiness channel, which works before and beside its network.
///
/// The protocol is `images/README.md`'s: a line `state` is answered with `ready INSTANCE BOOT`, and a line
/// `clock SECONDS.NANOSECONDS` sets the machine's clock and is answered with `clock ok`.
package struct ReadinessChannel: Sendable {
    package var hypervisor: Hypervisor

    package init(hypervisor: Hypervisor) { self.hypervisor = hypervisor }

    /// Waits until a machine says that it can be logged in to, also over a restart of libvirtd; gives the id of its boot.
    @discardableResult
    package func waitUntilReady(domain: String, deadline: ContinuousClock.Instant) async throws -> String {
        try await talk(to: domain, deadline: deadline) { try await readiness($0, deadline: deadline) }
    }

    /// Sets a machine's clock to this host's, as of the moment of sending, also over a restart of libvirtd.
    package func setClock(domain: String, deadline: ContinuousClock.Instant) async throws {
        try await talk(to: domain, deadline: deadline) { try await setClock($0, of: domain, deadline: deadline) }
    }

    /// Runs the body on the channel; once more where the channel ends although the machine runs.
    private func talk<Answer>(
        to domain: String, deadline: ContinuousClock.Instant, _ body: (GuestChannel) async throws -> Answer
    ) async throws -> Answer {
        while true {
            do {
                return try await body(try await hypervisor.openChannel(domain: domain))
            } catch HypervisorError.channelClosed where ContinuousClock.now < deadline {
                guard try await hypervisor.state(ofDomain: domain) == .running else {
                    throw HypervisorError.channelClosed(domain: domain, channel: DomainSpec.defaultReadyChannel)
                }
                try await Task.sleep(for: .milliseconds(200))
            }
        }
    }

    private func readiness(_ channel: GuestChannel, deadline: ContinuousClock.Instant) async throws -> String {
        try await channel.send("state", deadline: deadline)
        while true {
            let words = try await channel.nextLine(deadline: deadline).split(separator: " ")
            if words.count == 3, words[0] == "ready" { return String(words[2]) }
        }
    }

    private func setClock(
        _ channel: GuestChannel, of domain: String, deadline: ContinuousClock.Instant
    ) async throws {
        // An answer shows that the service listens, so that the time is not stale when it is read.
        try await channel.send("state", deadline: deadline)
        while try await !channel.nextLine(deadline: deadline).hasPrefix("ready ") {}
        try await channel.send("clock \(HostClock.text)", deadline: deadline)
        while true {
            let line = try await channel.nextLine(deadline: deadline)
            if line == "clock ok" { return }
            if line.hasPrefix("clock") {
                throw Diagnosis(
                    "the clock of \(domain) could not be set", why: line, fix: "run in it: sudo date -s @$(date +%s)")
            }
        }
    }
}
