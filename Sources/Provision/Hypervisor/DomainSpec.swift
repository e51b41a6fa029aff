/// A domain as it shall be defined: a machine with its hardware, its console's log and its channel to the host.
package struct DomainSpec: Hashable, Sendable {
    package var name: String
    package var uuid: String
    package var hardware: DomainHardware
    /// The virtio-serial port on which the guest tells its state.
    package var readyChannel: String
    /// Where libvirt writes what the guest prints on its console; a path on the libvirt host.
    package var consoleLogPath: String
    /// What is wanted otherwise of the description beyond that, the user's last.
    package var overlays: [DomainOverlay]
    package var metadata: ClusterMetadata

    /// The port's name where the caller has no other.
    package static let defaultReadyChannel = "org.clusterfile.ready.0"

    package init(
        name: String, uuid: String, hardware: DomainHardware, readyChannel: String = Self.defaultReadyChannel,
        consoleLogPath: String, overlays: [DomainOverlay] = [], metadata: ClusterMetadata
    ) {
        self.name = name
        self.uuid = uuid
        self.hardware = hardware
        self.readyChannel = readyChannel
        self.consoleLogPath = consoleLogPath
        self.overlays = overlays
        self.metadata = metadata
    }
}
