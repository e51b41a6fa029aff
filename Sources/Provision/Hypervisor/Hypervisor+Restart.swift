import CLibvirt

extension Hypervisor {
    /// Asks a guest to restart by its power button, and returns when it has shut down and its machine begins anew.
    package func restart(domain name: String, deadline: ContinuousClock.Instant) async throws {
        try await restart(domain: name, deadline: deadline) { try await self.reboot(domain: name) }
    }

    /// Waits for the restart that an act leads to.
    func restart(
        domain name: String, deadline: ContinuousClock.Instant, by act: () async throws -> Void
    ) async throws {
        let began = ContinuousClock.now
        let inbox = Inbox()
        let key = InboxRegistry.add(inbox)
        defer { InboxRegistry.remove(key) }
        let callback = try await call { connection in
            let domain = try Lookup.domain(name, on: connection)
            let callback = virConnectDomainEventRegisterAny(
                connection, domain.pointer, Int32(VIR_DOMAIN_EVENT_ID_REBOOT.rawValue), domainHasRestarted,
                UnsafeMutableRawPointer(bitPattern: key), nil)
            try HypervisorError.check(callback, "listen for the restart of domain '\(name)'")
            return callback
        }
        let result: Result<String?, any Error>
        do {
            try await act()
            result = .success(try await inbox.nextLine(deadline: deadline))
        } catch {
            result = .failure(error)
        }
        try await Task {
            // In a task of its own, since a cancelled one may call no more.
            try await call { connection in
                // A connection that is gone has no callbacks any more.
                if virConnectDomainEventDeregisterAny(connection, callback) < 0 { virResetLastError() }
            }
        }.value
        guard try result.get() != nil else {
            throw HypervisorError.timedOut(
                waitingFor: "domain '\(name)' to restart", seconds: (deadline - began).inSeconds)
        }
    }
}

/// Called by libvirt on its event thread when a machine is reset.
private func restarted(_: virConnectPtr?, _: virDomainPtr?, _ opaque: UnsafeMutableRawPointer?) {
    InboxRegistry.inbox(Int(bitPattern: opaque))?.append("restarted\n".utf8)
}

/// Of the type that libvirt casts every kind of callback to (`VIR_DOMAIN_EVENT_CALLBACK`).
private let domainHasRestarted = restarted as virConnectDomainEventGenericCallback
