import Addresses
package import Clusterfiles
package import Diagnostics
package import Hypervisor
package import SecureShell

/// A cluster as libvirt shows it: enough to reach, save, restore and remove it without its Clusterfile.
package struct ObservedCluster: Hashable, Sendable {
    /// One of its machines.
    package struct Machine: Hashable, Sendable {
        package var name: String
        package var domain: String
        package var state: DomainSnapshot.State
        /// Why it is paused; nil where it is not.
        package var pause: PauseReason?
        package var address: String
        package var user: String
        package var role: MachineRole?
        /// The name of the hypervisor that it is on, or nil where the cluster has but one.
        package var site: String?
        /// How its network is reached.
        package var route = SecureShellRoute.direct
        /// Of one of our own images, which are started by their kernel and answer on a channel.
        package var isNative = true
    }

    package var name: String
    package var uuid: ClusterUUID
    /// In the order of their addresses.
    package var machines: [Machine]

    /// The attributes of a domain's metadata that say how to reach its machine.
    enum Attribute {
        static let address = "address"
        static let user = "user"
        static let role = "role"
        static let image = "image"
    }

    /// The cluster's machines among all domains; a copy made by hand carries the metadata and has another UUID.
    package init(
        name: String, uuid: ClusterUUID, domains: [DomainSnapshot], site: String? = nil,
        route: SecureShellRoute = .direct
    ) {
        self.name = name
        self.uuid = uuid
        machines = domains.compactMap { domain in
            guard let metadata = domain.metadata, metadata.cluster == uuid.text,
                domain.uuid.lowercased() == uuid.domainUUID(ofMachine: metadata.name)
            else { return nil }
            return Machine(
                name: metadata.name, domain: domain.name, state: domain.state, pause: domain.pause,
                address: metadata.more[Attribute.address] ?? "", user: metadata.more[Attribute.user] ?? "cluster",
                role: metadata.more[Attribute.role].flatMap(MachineRole.init), site: site, route: route,
                isNative: domain.defined?.boot != .disk)
        }.sorted(by: Self.isBefore)
    }

    /// A cluster of which each libvirt has a part.
    init(name: String, uuid: ClusterUUID, parts: [ObservedCluster]) {
        self.name = name
        self.uuid = uuid
        machines = parts.flatMap(\.machines).sorted(by: Self.isBefore)
    }

    private static func isBefore(_ one: Machine, _ other: Machine) -> Bool {
        IPv4Address(one.address) ?? .zero < IPv4Address(other.address) ?? .zero
    }

    package var isEmpty: Bool { machines.isEmpty }

    /// The machine that runs the API server.
    package var master: Machine? { machines.first { $0.role == .master } }

    /// The machine of that name, or an error that says which there are.
    package func machine(named name: String) throws(Diagnosis) -> Machine {
        if let machine = machines.first(where: { $0.name == name }) { return machine }
        let nearest = nearestName(to: name, among: machines.map(\.name))
        throw Diagnosis(
            "cluster '\(self.name)' has no machine '\(name)'",
            why: machines.isEmpty ? "it is not up" : "its machines are \(machines.map(\.name).joined(separator: ", "))",
            fix: machines.isEmpty ? "run clusterfile up" : nearest.map { "did you mean '\($0)'?" })
    }
}

extension ObservedCluster {
    /// The machines of those names, or all where none is given; every unknown name is told.
    package func machines(named names: [String]) throws(Diagnoses) -> [Machine] {
        var unknown: [Diagnosis] = []
        for name in names {
            do throws(Diagnosis) { _ = try machine(named: name) } catch { unknown.append(error) }
        }
        if names.isEmpty, isEmpty {
            unknown = [
                Diagnosis("cluster '\(name)' is not up", why: "libvirt has no machine of it", fix: "run clusterfile up")
            ]
        }
        guard unknown.isEmpty else { throw Diagnoses(unknown) }
        return machines.filter { names.isEmpty || names.contains($0.name) }
    }
}

extension IPv4Address {
    fileprivate static let zero = IPv4Address(number: 0)
}
