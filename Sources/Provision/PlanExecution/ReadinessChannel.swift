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
        while true {
            do {
                return try await readiness(domain: domain, deadline: deadline)
            } catch HypervisorError.channelClosed where ContinuousClock.now < deadline {
                guard try await hypervisor.state(ofDomain: domain) == .running else {
                    throw HypervisorError.channelClosed(domain: domain, channel: DomainSpec.defaultReadyChannel)
                }
                try await Task.sleep(for: .milliseconds(200))
            }
        }
    }

    private func readiness(domain: String, deadline: ContinuousClock.Instant) async throws -> String {
        let channel = try await hypervisor.openChannel(domain: domain)
        try await channel.send("state", deadline: deadline)
        while true {
            let words = try await channel.nextLine(deadline: deadline).split(separator: " ")
            if words.count == 3, words[0] == "ready" { return String(words[2]) }
        }
    }

    /// Sets a machine's clock to this host's, as of the moment of sending.
    package func setClock(domain: String, deadline: ContinuousClock.Instant) async throws {
        let channel = try await hypervisor.openChannel(domain: domain)
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
