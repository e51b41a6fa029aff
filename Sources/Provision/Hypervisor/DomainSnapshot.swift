/// A domain as it was found.
package struct DomainSnapshot: Hashable, Sendable {
    /// libvirt's `virDomainState`, without what no hypervisor here reports.
    package enum State: String, Hashable, Sendable {
        case running, paused, shuttingDown, shutOff, crashed, suspendedByGuest, unknown
    }

    package var name: String
    package var uuid: String
    package var state: State
    /// Whose it is; nil where it is none of ours.
    package var metadata: ClusterMetadata?
    package var startsWithHost: Bool
    /// The whole description as libvirt gives it.
    package var xml: String

    package init(
        name: String, uuid: String, state: State, metadata: ClusterMetadata?, startsWithHost: Bool = false, xml: String
    ) {
        self.name = name
        self.uuid = uuid
        self.state = state
        self.metadata = metadata
        self.startsWithHost = startsWithHost
        self.xml = xml
    }
}
