/// Everything a libvirt host has that a cluster is made of, as it was found in one look; each list is in order of name.
package struct HypervisorSnapshot: Hashable, Sendable {
    package var domains: [DomainSnapshot]
    package var networks: [NetworkSnapshot]
    /// Those that were looked at in full.
    package var volumes: [VolumeSnapshot]
    /// The names of all.
    package var volumeNames: [String]

    package init(
        domains: [DomainSnapshot] = [], networks: [NetworkSnapshot] = [], volumes: [VolumeSnapshot] = [],
        volumeNames: [String] = []
    ) {
        self.domains = domains
        self.networks = networks
        self.volumes = volumes
        self.volumeNames = volumeNames
    }
}
