import ArgumentParser
import Clusterfiles
import Diagnostics
import Inventories
import PlanExecution

/// Which of the cluster's machines a command is about.
struct MachineChoice: ParsableArguments {
    @Argument(help: "Names of machines; without one, all machines.", completion: .machines)
    var machines: [String] = []

    @Option(
        name: [.short, .long], help: "A group of the inventory, in place of names; may be repeated.",
        completion: .groups)
    var group: [String] = []

    /// The names that were given and those of the groups' members; none stands for all machines.
    func names(_ cluster: ClusterOptions) throws -> [String] {
        guard !group.isEmpty else { return machines }
        let spec = try cluster.spec()
        // Who reads it matters for variables only.
        let inventory = ClusterInventory(of: spec, for: .machine("")).inventory
        var names = machines
        for group in group {
            guard let members = inventory.members(of: group) else {
                throw Diagnosis(
                    "cluster '\(spec.name)' has no group '\(group)'",
                    why: "its groups are \(inventory.groups.map(\.name).sorted().joined(separator: ", "))",
                    fix: nearestName(to: group, among: inventory.groups.map(\.name)).map { "did you mean '\($0)'?" })
            }
            guard !members.isEmpty else { throw Diagnosis("the group '\(group)' of '\(spec.name)' has no machines") }
            names += members.filter { !names.contains($0) }
        }
        return names
    }

    /// The chosen machines of those that libvirt has.
    func chosen(_ cluster: ClusterOptions, among observed: ObservedCluster) throws -> [ObservedCluster.Machine] {
        try observed.machines(named: try names(cluster))
    }

    /// The names of chosen machines of a Clusterfile, whether they exist or not; none stands for all.
    func wanted(_ cluster: ClusterOptions, of spec: ClusterSpec) throws -> Set<String> {
        let names = try names(cluster)
        let unknown = names.compactMap { name in
            do throws(Diagnosis) {
                try spec.requireMachine(name)
                return nil as Diagnosis?
            } catch {
                return error
            }
        }
        guard unknown.isEmpty else { throw Diagnoses(unknown) }
        return Set(names)
    }
}

extension ClusterSpec {
    /// Throws where the Clusterfile has no machine of that name, with the nearest that it has.
    func requireMachine(_ name: String) throws(Diagnosis) {
        guard machine(named: name) == nil else { return }
        let known = machines.map(\.name)
        throw Diagnosis(
            "the Clusterfile has no machine '\(name)'", why: "its machines are \(known.joined(separator: ", "))",
            fix: nearestName(to: name, among: known).map { "did you mean '\($0)'?" })
    }
}
