package import Clusterfiles
import Diagnostics
package import Hypervisor
package import SecureShell

/// One libvirt that machines of a cluster are on, and the way into its machines' network.
package struct Site: Sendable {
    /// Its name in the Clusterfile's `hypervisors`, or nil for the one libvirt of a cluster that has no such list.
    package var name: String?
    package var uri: String
    package var hypervisor: Hypervisor
    package var route: SecureShellRoute
    /// What the Clusterfile says of it; nil where it no longer names it.
    package var wanted: ClusterSpec.HypervisorSpec?

    package init(
        name: String?, uri: String, hypervisor: Hypervisor, route: SecureShellRoute = .direct,
        wanted: ClusterSpec.HypervisorSpec? = nil
    ) {
        self.name = name
        self.uri = uri
        self.hypervisor = hypervisor
        self.route = route
        self.wanted = wanted
    }

    /// The addresses of its host, as far as they can be seen from here.
    func interfaces() throws -> [HostInterface] {
        switch route {
        case .direct: try HostInterface.all()
        case .namespace(let path): try HostInterface.all(in: path)
        // libvirt itself refuses a range there that is taken.
        case .jump: []
        }
    }

    /// The host through which its machines are reached, where they do not run on this one.
    var jumpHost: JumpHost? { if case .jump(let host) = route { host } else { nil } }
}

/// The libvirts of a cluster, and which of its machines is where.
package struct Sites: Sendable {
    /// At least one, in the Clusterfile's order.
    package var all: [Site]
    /// The names of sites, by machine.
    var places: [String: String] = [:]

    package init(_ all: [Site]) {
        precondition(!all.isEmpty, "a cluster has a libvirt")
        self.all = all
    }

    /// Where a machine is; one of which nothing is known would be on the first.
    package subscript(machine: String) -> Site {
        guard let place = places[machine] else { return all[0] }
        return all.first { $0.name == place } ?? all[0]
    }

    /// Where a machine is that was seen.
    package func site(of machine: ObservedCluster.Machine) -> Site {
        all.first { $0.name == machine.site } ?? all[0]
    }

    /// The same, told where machines are by what was seen.
    package func seeing(_ cluster: ObservedCluster) -> Sites {
        var sites = self
        sites.places = Dictionary(
            cluster.machines.compactMap { machine in machine.site.map { (machine.name, $0) } }
        ) { first, _ in first }
        return sites
    }

    /// The cluster as its libvirts show it, all asked at once.
    package func observed(name: String, uuid: ClusterUUID) async throws -> ObservedCluster {
        let seen = try await onAll { site in
            ObservedCluster(
                name: name, uuid: uuid, domains: try await site.hypervisor.domains(), site: site.name,
                route: site.route)
        }
        return ObservedCluster(name: name, uuid: uuid, parts: seen)
    }

    /// Runs the body for every site at once; gives what it gave, in the sites' order.
    func onAll<Value: Sendable>(_ body: @escaping @Sendable (Site) async throws -> Value) async throws -> [Value] {
        if all.count == 1 { return [try await body(all[0])] }
        return try await withThrowingTaskGroup(of: (Int, Value).self) { group in
            for (number, site) in all.enumerated() { group.addTask { (number, try await body(site)) } }
            var values: [Int: Value] = [:]
            for try await (number, value) in group { values[number] = value }
            return all.indices.compactMap { values[$0] }
        }
    }
}
