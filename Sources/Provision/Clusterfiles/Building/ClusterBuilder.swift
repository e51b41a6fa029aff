internal import Addresses
internal import JSON

/// Makes the spec of a draft that was checked.
struct ClusterBuilder {
    private let draft: ClusterDraft
    private let surroundings: Surroundings
    private let name: String
    private let uuid: ClusterUUID
    private let network: ClusterSpec.Network

    /// Nil where what every cluster needs is not there.
    init?(_ draft: ClusterDraft, _ surroundings: Surroundings) {
        guard let name = draft.name?.value, let network = draft.network, let range = network.address else { return nil }
        (self.draft, self.surroundings, self.name) = (draft, surroundings, name)
        uuid = surroundings.clusterUUID(name)
        self.network = ClusterSpec.Network(
            of: network, range: range, dnsHosts: Self.dnsHosts(of: network, draft), cluster: name, uuid: uuid)
    }

    var spec: ClusterSpec {
        let networks = draft.networks.compactMap(furtherNetwork)
        let machines = MachineBuilder(
            cluster: name, uuid: uuid, user: draft.user, network: network, networks: networks, drafts: draft.networks,
            steps: draft.provision.specs(), surroundings: surroundings, spansHypervisors: draft.hypervisors.count > 1)
        return ClusterSpec(
            name: name, uuid: uuid, user: draft.user, network: network, networks: networks,
            machines: machines.specs(of: draft.machines), playbook: draft.playbook?.value,
            provision: machines.steps, hooks: draft.hooks, hypervisors: draft.hypervisors.map(\.spec),
            groups: draft.groups.map { group in
                .init(
                    name: group.name.value, hosts: group.value.value.hosts.map(\.value),
                    children: group.value.value.children.map(\.value), vars: group.value.value.vars)
            }, vars: draft.vars)
    }

    private func furtherNetwork(_ network: NetworkDraft) -> ClusterSpec.FurtherNetwork? {
        guard let name = network.name else { return nil }
        let kind: ClusterSpec.FurtherNetwork.Kind
        if let bridge = network.bridge {
            kind = .bridge(bridge.value)
        } else if let existing = network.existing {
            kind = .existing(existing.value)
        } else {
            guard let range = network.address else { return nil }
            kind = .made(
                ClusterSpec.Network(
                    of: network, range: range, dnsHosts: Self.dnsHosts(of: network, draft), cluster: self.name,
                    uuid: uuid))
        }
        return .init(name: name.value, kind: kind, location: name.location)
    }

    /// The names that the network lists itself; a machine that is not in it has its address in the cluster's own.
    private static func dnsHosts(of network: NetworkDraft, _ draft: ClusterDraft) -> [ClusterSpec.Network.DNSHost] {
        (network.dns?.names ?? []).compactMap { named in
            let address: IPv4Address?
            switch named.value.value {
            case .address(let given): address = given
            case .machine(let name):
                let machine = draft.machines.first { $0.name == name }
                address = machine?.address(in: network) ?? machine?.address
            }
            return address.map { .init(address: $0, names: [named.name.value]) }
        }
    }
}

extension DraftedMachine {
    /// Its fixed address in a network, or nil.
    func address(in network: NetworkDraft) -> IPv4Address? {
        guard let name = network.name?.value else { return address }
        guard let card = interfaces.first(where: { $0.value.network.value == name }),
            case .fixed(let first)? = card.value.address?.value
        else { return nil }
        return first.advanced(by: offset)
    }
}

extension [Located<ProvisionStepDraft>] {
    /// The steps under names of which each is there once: those that have none are called after what they do.
    func specs(besides others: [ProvisionStep] = []) -> [ProvisionStep] {
        var taken = Set(others.map(\.name)).union(compactMap { $0.value.name?.value })
        return map { step in
            let work = step.value.work.value
            guard let name = step.value.name?.value else {
                return ProvisionStep(name: work.ownName(besides: &taken), work: work, run: step.value.run)
            }
            return ProvisionStep(name: name, work: work, run: step.value.run)
        }
    }
}

extension ProvisionStep.Work {
    /// A name for a step that has none; one that is taken is numbered.
    fileprivate func ownName(besides taken: inout Set<String>) -> String {
        let names = [ownName] + (2...taken.count + 2).map { "\(ownName) (\($0))" }
        let free = names.first { !taken.contains($0) } ?? ownName
        taken.insert(free)
        return free
    }

    /// What a step is called that has no name: the path, or the first line with something in it.
    fileprivate var ownName: String {
        switch self {
        case .playbook(let path): path
        case .script(let path, let arguments): ([path] + arguments).joined(separator: " ")
        case .shell(let text):
            String((text.split(separator: "\n").first { $0.contains { !$0.isWhitespace } } ?? "").prefix(60))
        }
    }
}
