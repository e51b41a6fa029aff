package import Addresses
package import Diagnostics

/// What stands in the way of a plan; nothing is touched until it is gone.
package enum PlanningConflict: Error, Hashable, Sendable {
    case rangeInUse(IPv4Network, interface: String, interfaceRange: IPv4Network, network: String?, SourceLocation)
    case noSuchNetwork(String, known: [String], SourceLocation)
    case networkInactive(String, SourceLocation)
    case networkNameTaken(String)
    case bridgeTaken(String, network: String)
    case domainNameTaken(String, machine: String)
    case domainRenamed(String, machine: String, expected: String)
    case noBaseVolume(image: String)
}

extension PlanningConflict: Diagnosable {
    package var diagnosis: Diagnosis {
        switch self {
        case .rangeInUse(let range, let interface, let interfaceRange, let network, let location):
            Diagnosis(
                "the network \(range) is in use on this host",
                why: "its interface \(interface) has \(interfaceRange)"
                    + (network.map { ", as the bridge of libvirt's network '\($0)'" } ?? ""),
                fix: "choose another range for 'network: address:' and the machines, or take that interface down",
                at: location)
        case .noSuchNetwork(let name, let known, let location):
            Diagnosis(
                "libvirt has no network '\(name)'",
                why: known.isEmpty ? "it has none" : "it has \(known.joined(separator: ", "))",
                fix: nearestName(to: name, among: known).map { "did you mean '\($0)'?" } ?? "name one that is there",
                at: location)
        case .networkInactive(let name, let location):
            Diagnosis(
                "libvirt's network '\(name)' is not active", why: "it is there already, so that up leaves it alone",
                fix: "start it with 'virsh net-start \(name)'", at: location)
        case .networkNameTaken(let name):
            Diagnosis(
                "libvirt has a network '\(name)' that is not this cluster's",
                why: "the cluster's network has that name",
                fix: "rename the cluster, or remove that network with 'virsh net-undefine \(name)'")
        case .bridgeTaken(let bridge, let network):
            Diagnosis(
                "libvirt's network '\(network)' has the bridge \(bridge)", why: "the cluster's network has that bridge",
                fix: "rename the cluster: its bridge's name follows from its own")
        case .domainNameTaken(let domain, let machine):
            Diagnosis(
                "libvirt has a domain '\(domain)' that is not this cluster's",
                why: "the machine '\(machine)' has that name there",
                fix: "rename the cluster or the machine, or rename that domain with 'virsh domrename \(domain) NAME'")
        case .domainRenamed(let domain, let machine, let expected):
            Diagnosis(
                "the machine '\(machine)' is called '\(domain)' in libvirt",
                why: "someone renamed it from '\(expected)'",
                fix: "give it its name back with 'virsh domrename \(domain) \(expected)'")
        case .noBaseVolume(let image):
            Diagnosis(
                "the image '\(image)' is not built", why: "the machines' disks are overlays of it",
                fix: "build it with: clusterfile image build \(image)")
        }
    }
}
