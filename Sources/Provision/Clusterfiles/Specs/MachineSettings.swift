package import Addresses

extension MachineSpec {
    /// A port of the host's that leads into the machine.
    package struct PortForward: Hashable, Sendable {
        package enum TransportProtocol: String, Hashable, Sendable, CaseIterable {
            case tcp, udp
        }

        /// The host's address that is listened on.
        package var hostAddress: IPv4Address
        package var hostPort: Int
        package var guestPort: Int
        package var transport: TransportProtocol
    }

    /// What a file holds.
    package enum FileContents: Hashable, Sendable {
        /// What the host's file holds, by its path as the Clusterfile has it.
        case file(path: String)
        case text(String)
    }

    /// A file to be put on the machine.
    package struct PlacedFile: Hashable, Sendable {
        package var contents: FileContents
        /// An absolute path in the machine.
        package var destination: String
        package var owner: String
        package var group: String
        /// Permission bits, such as 0o644.
        package var mode: Int
    }
}

/// Something to be done on a machine after it answers.
package struct ProvisionStep: Hashable, Sendable {
    package enum Work: Hashable, Sendable {
        /// A playbook, by its path as the Clusterfile has it.
        case playbook(path: String)
        /// Lines for /bin/sh.
        case shell(String)
        /// A program of the host's, by its path as the Clusterfile has it, and its arguments.
        case script(path: String, arguments: [String])
    }

    /// When it is done.
    package enum Run: String, Hashable, Sendable, CaseIterable {
        /// Until it was done once on this disk.
        case once
        /// By each `up`.
        case always
        /// Only when it is asked for by its name.
        case never
    }

    /// Unique among the steps of a machine, those of the cluster included.
    package var name: String
    package var work: Work
    package var run: Run
}
