extension Hypervisor {
    /// Opens a virtio-serial port of a running domain; only one program can have it open.
    package func openChannel(
        domain: String, name: String = DomainSpec.defaultReadyChannel
    ) async throws -> GuestChannel {
        try await call { connection in try GuestChannel(domain: domain, name: name, on: connection) }
    }
}
