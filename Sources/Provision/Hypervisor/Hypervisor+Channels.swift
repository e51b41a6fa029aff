extension Hypervisor {
    /// Opens a virtio-serial port of a running domain; only one program can have it open.
    ///
    /// One that is in use is asked for again until `patience` ends: a program that let it go, this one too, is heard of by
    /// libvirtd a moment later, and libvirt tells nobody else when it was.
    package func openChannel(
        domain: String, name: String = DomainSpec.defaultReadyChannel, patience: Duration = .seconds(2)
    ) async throws -> GuestChannel {
        let deadline = ContinuousClock.now + patience
        while true {
            do {
                return try await call { connection in try GuestChannel(domain: domain, name: name, on: connection) }
            } catch HypervisorError.channelBusy where ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    /// Opens a running domain's serial console; only one program can have it open, unless the next takes it over.
    package func openConsole(domain: String, takesOver: Bool = false) async throws -> GuestChannel {
        try await call { connection in
            try GuestChannel(consoleOf: domain, takesOver: takesOver, on: connection)
        }
    }
}
