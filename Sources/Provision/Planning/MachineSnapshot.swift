package import Clusterfiles

/// A domain of libvirt.
package struct MachineSnapshot: Hashable, Sendable {
    package enum State: String, Hashable, Sendable, CaseIterable {
        /// Also while it waits for something on the host.
        case running
        /// Also after a fault of its disk.
        case paused
        /// Asleep by its own wish, until it is woken.
        case suspended
        /// Shut off, or crashed.
        case stopped
    }

    /// The domain's name in libvirt.
    package var domainName: String
    /// The domain's UUID in libvirt, in lower case.
    package var domainUUID: String
    /// The cluster in its metadata, or nil.
    package var owner: ClusterUUID?
    /// The machine's name in its metadata, or nil.
    package var machine: String?
    /// The hash in its metadata, or nil.
    package var specHash: SpecHash?
    package var state: State
    /// Why it is paused, where nobody asked for that.
    package var fault: String?
    /// The names of its snapshots.
    package var snapshots: [String]
    /// What it was made of: the image's name, its address and its user, as far as its metadata says so.
    package var origin: Origin
    /// What it will be made of when it starts the next time; nil where that cannot be read.
    package var defined: MachineHardware?
    /// What it is made of while it runs; nil where it does not run, or where that cannot be read.
    package var running: MachineHardware?
    /// Whether somebody changed its definition after it was last defined for its cluster.
    package var isAltered: Bool

    /// What only a new disk can change of a machine.
    package struct Origin: Hashable, Sendable {
        package var image: String?
        package var address: String?
        package var user: String?

        package init(image: String? = nil, address: String? = nil, user: String? = nil) {
            self.image = image
            self.address = address
            self.user = user
        }
    }

    package init(
        domainName: String, domainUUID: String, owner: ClusterUUID?, machine: String?, specHash: SpecHash?,
        state: State, fault: String? = nil, snapshots: [String] = [], origin: Origin = Origin(),
        defined: MachineHardware? = nil,
        running: MachineHardware? = nil, isAltered: Bool = false
    ) {
        self.domainName = domainName
        self.domainUUID = domainUUID
        self.owner = owner
        self.machine = machine
        self.specHash = specHash
        self.state = state
        self.fault = fault
        self.snapshots = snapshots
        self.origin = origin
        self.defined = defined
        self.running = running
        self.isAltered = isAltered
    }

    /// Why it has to be resumed: "it is paused".
    var standstill: String {
        state == .suspended ? "it is asleep" : "it is paused" + (fault.map { ": \($0)" } ?? "")
    }

    /// Whether this domain was made for that cluster; a copy by hand carries the metadata and has another UUID.
    package func belongs(to cluster: ClusterUUID) -> Bool {
        guard owner == cluster, let machine else { return false }
        return domainUUID == cluster.domainUUID(ofMachine: machine)
    }
}
