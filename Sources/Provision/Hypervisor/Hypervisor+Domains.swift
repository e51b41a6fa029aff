import CLibvirt

extension Hypervisor {
    /// Defines a domain, or redefines the one of that name and UUID: what runs stays as it is until its next start.
    ///
    /// XML of the user's is checked against libvirt's schema, which would otherwise pass over what it does not know.
    package func define(_ spec: DomainSpec) async throws {
        let flags = spec.overlays.isEmpty ? 0 : VIR_DOMAIN_DEFINE_VALIDATE.rawValue
        try await define(domain: spec.name, xml: spec.xml, flags: flags)
    }

    func define(domain name: String, xml: String, flags: UInt32 = 0) async throws {
        try await call { connection in
            let domain = try Handle(virDomainDefineXMLFlags(connection, xml, flags), release: virDomainFree) {
                .refused(action: "define domain '\(name)'", $0)
            }
            try Recording.record(domain: domain.pointer, named: name)
        }
    }

    /// Starts a domain; one that runs already is left alone.
    package func start(domain name: String) async throws {
        try await act(on: name, "start", unless: .running) { domain, _ in virDomainCreate(domain) }
    }

    /// Ends a domain at once, as if its power was cut.
    package func destroy(domain name: String) async throws {
        try await act(on: name, "stop", unless: .shutOff) { domain, _ in virDomainDestroy(domain) }
    }

    /// Asks the guest to shut down by its power button, and returns when it has.
    ///
    /// The button is pressed again every two seconds: a guest that was just started can be logged in to before anyone in it hears
    /// the button, and one that shuts down already takes no notice.
    package func shutDown(domain name: String, deadline: ContinuousClock.Instant) async throws {
        let began = ContinuousClock.now
        var wasRefused = false
        while true {
            do {
                try await act(on: name, "shut down", unless: .shutOff) { domain, _ in virDomainShutdown(domain) }
                wasRefused = false
            } catch HypervisorError.refused(let action, let failure) {
                // For a moment at its end libvirt calls a domain neither running nor shut off.
                if wasRefused { throw HypervisorError.refused(action: action, failure) }
                wasRefused = true
            }
            do {
                return try await waitForShutdown(domain: name, deadline: min(deadline, .now + .seconds(2)))
            } catch HypervisorError.timedOut(let event, _) {
                guard ContinuousClock.now < deadline else {
                    throw HypervisorError.timedOut(waitingFor: event, seconds: (deadline - began).inSeconds)
                }
            }
        }
    }

    /// Stops a domain's processors; one that is paused is left alone.
    package func suspend(domain name: String) async throws {
        try await act(on: name, "pause", unless: .paused) { domain, _ in virDomainSuspend(domain) }
    }

    /// Lets a paused domain's processors run again, and wakes one whose guest has put itself to sleep.
    package func resume(domain name: String) async throws {
        try await act(on: name, "resume", unless: .running) { domain, state in
            state == .suspendedByGuest ? virDomainPMWakeup(domain, 0) : virDomainResume(domain)
        }
    }

    /// Forgets a domain and everything libvirt keeps about it: restore points' descriptions, a managed save, NVRAM.
    package func undefine(domain name: String) async throws {
        try await call { connection in
            guard let domain = try Lookup.present({ try Lookup.domain(name, on: connection) }) else { return }
            let kept = VIR_DOMAIN_UNDEFINE_MANAGED_SAVE.rawValue | VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA.rawValue
            if virDomainUndefineFlags(domain.pointer, kept | VIR_DOMAIN_UNDEFINE_NVRAM.rawValue) == 0 { return }
            // A driver without firmware variables does not know that flag.
            guard LibvirtFailure.last().isOne(of: VIR_ERR_INVALID_ARG, VIR_ERR_NO_SUPPORT) else {
                throw HypervisorError.refused(action: "undefine domain '\(name)'", .last())
            }
            try HypervisorError.check(virDomainUndefineFlags(domain.pointer, kept), "undefine domain '\(name)'")
        }
    }

    /// Waits until a domain has shut off or is gone.
    package func waitForShutdown(domain name: String, deadline: ContinuousClock.Instant) async throws {
        let began = ContinuousClock.now
        while true {
            do {
                if try await state(ofDomain: name) == .shutOff { return }
            } catch HypervisorError.notFound {
                return
            }
            guard ContinuousClock.now < deadline else {
                throw HypervisorError.timedOut(
                    waitingFor: "domain '\(name)' to shut down", seconds: (deadline - began).inSeconds)
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Runs an act on a domain unless it is in the state that the act leads to; losing that race to another is no failure.
    private func act(
        on name: String, _ verb: String, unless goal: DomainSnapshot.State,
        _ body: @escaping @Sendable (virDomainPtr, DomainSnapshot.State) -> Int32
    ) async throws {
        try await call { connection in
            let domain = try Lookup.domain(name, on: connection)
            let state = try Observation.state(domain.pointer)
            if state == goal { return }
            guard body(domain.pointer, state) < 0 else { return }
            let failure = LibvirtFailure.last()
            if try Observation.state(domain.pointer) == goal { return }
            throw HypervisorError.refused(action: "\(verb) domain '\(name)'", failure)
        }
    }
}

extension Duration {
    /// The duration as a number of seconds.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
