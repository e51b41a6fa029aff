/// Everything a libvirt host has that a cluster is made of, as it was found in one look; each list is in order of name.
package struct HypervisorSnapshot: Hashable, Sendable {
    package var domains: [DomainSnapshot]
    package var networks: [NetworkSnapshot]
    package var volumes: [VolumeSnapshot]

    package init(domains: [DomainSnapshot] = [], networks: [NetworkSnapshot] = [], volumes: [VolumeSnapshot] = []) {
        self.domains = domains
        self.networks = networks
        self.volumes = volumes
    }
}
