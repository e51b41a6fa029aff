/// A domain as it shall be defined: a machine with its hardware, its console's log and its channel to the host.
package struct DomainSpec: Hashable, Sendable {
    package var name: String
    package var uuid: String
    package var hardware: DomainHardware
    /// The virtio-serial port on which the guest tells its state.
    package var readyChannel: String
    /// Where libvirt writes what the guest prints on its console; a path on the libvirt host.
    package var consoleLogPath: String
    /// What the user wants changed of the description beyond that.
    package var overlay: DomainOverlay?
    package var metadata: ClusterMetadata

    /// The port's name where the caller has no other.
    package static let defaultReadyChannel = "org.clusterfile.ready.0"

    package init(
        name: String, uuid: String, hardware: DomainHardware, readyChannel: String = Self.defaultReadyChannel,
        consoleLogPath: String, overlay: DomainOverlay? = nil, metadata: ClusterMetadata
    ) {
        self.name = name
        self.uuid = uuid
        self.hardware = hardware
        self.readyChannel = readyChannel
        self.consoleLogPath = consoleLogPath
        self.overlay = overlay
        self.metadata = metadata
    }
}
