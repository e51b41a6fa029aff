/// A saved state of a domain, disk and memory together, as it was found; libvirt calls it a domain snapshot.
package struct RestorePointSnapshot: Hashable, Sendable {
    package var domain: String
    package var name: String
    package var description: String
    /// Seconds since 1970 on the libvirt host's clock.
    package var createdAtSeconds: Int64
    /// What the domain was doing, in libvirt's words: `running`, `paused`, `shutoff`.
    package var state: String

    package init(domain: String, name: String, description: String, createdAtSeconds: Int64, state: String) {
        self.domain = domain
        self.name = name
        self.description = description
        self.createdAtSeconds = createdAtSeconds
        self.state = state
    }
}
