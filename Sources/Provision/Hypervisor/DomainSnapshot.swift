/// A domain as it was found.
package struct DomainSnapshot: Hashable, Sendable {
    /// libvirt's `virDomainState`, without what no hypervisor here reports.
    package enum State: String, Hashable, Sendable {
        case running, paused, shuttingDown, shutOff, crashed, suspendedByGuest, unknown
    }

    package var name: String
    package var uuid: String
    package var state: State
    /// Why it is paused; nil where it is not.
    package var pause: PauseReason?
    /// Whose it is, as it is defined; nil where it is none of ours.
    package var metadata: ClusterMetadata?
    package var startsWithHost: Bool
    /// What it is made of from its next start on; nil for a domain that is none of ours.
    package var defined: DomainHardware?
    /// What it is made of now, while it runs or is paused; nil for a domain that is none of ours.
    package var running: DomainHardware?
    /// The definition is what this program made of it, and nobody changed anything since; nil where that was not recorded.
    package var isAsRecorded: Bool?
    /// The whole description as libvirt gives it.
    package var xml: String

    package init(
        name: String, uuid: String, state: State, pause: PauseReason? = nil, metadata: ClusterMetadata?,
        startsWithHost: Bool = false, defined: DomainHardware? = nil, running: DomainHardware? = nil,
        isAsRecorded: Bool? = nil, xml: String
    ) {
        self.name = name
        self.uuid = uuid
        self.state = state
        self.pause = pause
        self.metadata = metadata
        self.startsWithHost = startsWithHost
        self.defined = defined
        self.running = running
        self.isAsRecorded = isAsRecorded
        self.xml = xml
    }
}
