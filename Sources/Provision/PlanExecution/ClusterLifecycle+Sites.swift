import Clusterfiles
import Diagnostics
import Hypervisor
import MachineImages
import Planning

extension ClusterLifecycle {
    /// The same for the part of the cluster that is on one hypervisor.
    package func at(_ site: Site) -> ClusterLifecycle {
        var part = self
        part.sites = Sites([site])
        return part
    }

    /// The hypervisor of a lifecycle that has but one, or the one that the parts of the cluster have in common: the first.
    var hypervisor: Hypervisor { sites.all[0].hypervisor }

    /// The cluster as its libvirts show it.
    func observed(name: String = "", uuid: ClusterUUID) async throws -> ObservedCluster {
        try await sites.observed(name: name, uuid: uuid)
    }

    /// What is to be seen of each site, in the sites' order.
    private func observeAll(_ uuid: ClusterUUID) async throws -> [(site: Site, observed: ClusterSnapshot)] {
        zip(sites.all, try await sites.onAll { try await at($0).observer(of: uuid).observe() }).map { ($0, $1) }
    }

    /// The plan that makes the wanted of what each site has, and the sites with where its machines will be.
    func planned(_ spec: ClusterSpec, clusterfile: String) async throws -> (plan: Plan, sites: Sites) {
        let parts = try await observeAll(spec.uuid)
        var sites = sites
        sites.places = try await places(of: spec, parts)
        let bases = try supply(clusterfile).baseVolumes(of: spec)
        var problems: [Diagnosis] = []
        var steps: [Step] = []
        for (site, observed) in parts {
            do throws(Diagnoses) {
                steps += try planUp(
                    spec.part(on: site, of: sites), baseVolumes: bases, folder: Self.folder(of: clusterfile),
                    observed: observed
                ).on(site.name).steps
            } catch {
                problems += error.all
            }
        }
        guard problems.isEmpty else { throw Diagnoses(problems) }
        // Checked here, before anything is touched.
        _ = try TunnelMesh(of: spec, on: sites, credentials)
        return (Plan(.up, steps: steps), sites)
    }

    /// Where each machine is to be; nothing where the Clusterfile names no hypervisors.
    private func places(
        of spec: ClusterSpec, _ parts: [(site: Site, observed: ClusterSnapshot)]
    ) async throws -> [String: String] {
        var rooms: [HypervisorRoom] = []
        for (site, observed) in parts {
            guard let wanted = site.wanted else { continue }
            var memory = wanted.memory
            if memory == nil {
                memory = .mebibytes(Int(try await site.hypervisor.capacity().memoryBytes >> 20))
            }
            rooms.append(
                HypervisorRoom(
                    name: wanted.name, cpus: wanted.cpus, memory: memory ?? ByteCount(bytes: 0),
                    machines: observed.machines))
        }
        return rooms.isEmpty ? [:] : try place(spec, on: rooms)
    }

    /// The plan that removes the cluster from every site.
    func plannedRemoval(of uuid: ClusterUUID, machines: Set<String> = []) async throws -> Plan {
        let parts = try await observeAll(uuid)
        return Plan(
            .down,
            steps: parts.flatMap { site, observed in
                planDown(of: uuid, machines: machines, observed: observed).on(site.name).steps
            })
    }

    /// The plan that brings machines to where a change wants them; each site's names are its own.
    func plannedPower(
        _ change: PowerChange, of uuid: ClusterUUID, machines: Set<String>, gently: Bool
    ) async throws -> Plan {
        let parts = try await observeAll(uuid)
        var steps: [Step] = []
        for (site, observed) in parts {
            let here = Set(observed.machines.filter { $0.belongs(to: uuid) }.compactMap(\.machine))
            let named = machines.intersection(here)
            if here.isEmpty || named.isEmpty && !machines.isEmpty { continue }
            steps += try planPower(change, of: uuid, machines: named, gently: gently, observed: observed)
                .on(site.name).steps
        }
        return Plan(.power, steps: steps)
    }

    /// Notes which libvirts the cluster is on; those that it left, too, while something may still be there.
    func recordSites(keepingOthers: Bool) throws {
        let named = sites.all.filter { $0.wanted != nil }
        let kept = keepingOthers ? sites.all : named.isEmpty ? sites.all.filter { $0.name == nil } : named
        try SiteRecord(kept.map { .init(name: $0.name, uri: $0.uri) }).write(in: credentials.folder)
    }
}

/// Does a plan's steps, each at its site.
struct SiteActions: Sendable {
    /// By the site's name.
    var bySite: [String?: LibvirtActions]

    func perform(_ step: Step) async throws {
        guard let actions = bySite[step.hypervisor] else { preconditionFailure("a plan is of its sites") }
        try await actions.perform(step.action)
    }
}

extension ClusterSpec {
    /// The part of the cluster that is at a site; all of it where the Clusterfile names none.
    func part(on site: Site, of sites: Sites) -> ClusterSpec {
        if sites.all.count == 1 { return self }
        return part(Set(machines.map(\.name).filter { sites.isAt(site, $0) }))
    }
}

extension Sites {
    /// Whether a machine is, or will be, at a site.
    func isAt(_ site: Site, _ machine: String) -> Bool { self[machine].name == site.name }
}
