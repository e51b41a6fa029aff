extension Hypervisor {
    /// Opens a virtio-serial port of a running domain; only one program can have it open.
    package func openChannel(
        domain: String, name: String = DomainSpec.defaultReadyChannel
    ) async throws -> GuestChannel {
        try await call { connection in try GuestChannel(domain: domain, name: name, on: connection) }
    }

    /// Opens a running domain's serial console; only one program can have it open, unless the next takes it over.
    package func openConsole(domain: String, takesOver: Bool = false) async throws -> GuestChannel {
        try await call { connection in
            try GuestChannel(consoleOf: domain, takesOver: takesOver, on: connection)
        }
    }
}
