internal import Diagnostics
internal import JSON
internal import YAML

/// The whole file as it is, with places; nothing in it has been compared with anything else.
struct ClusterDraft: Sendable {
    let name: Located<String>?
    let user: String
    let network: NetworkDraft?
    let networks: [NetworkDraft]
    /// Counted machines expanded, with the defaults.
    let machines: [DraftedMachine]
    let playbook: Located<String>?
    let provision: [Located<ProvisionStepDraft>]
    let hooks: ClusterSpec.Hooks
    let hypervisors: [HypervisorDraft]
    let groups: [Named<GroupDraft>]
    let vars: JSONObject

    init?(_ document: YAMLNode, in context: ReadingContext) {
        guard document.mapping != nil else {
            context.mistakes.add(
                LanguageMistake.notASection(title: Section.file.title, kind: document.kind, document.location))
            return nil
        }
        let file = SectionReader(document, as: .file, in: context)
        name = file.value(FileKeys.cluster)
        user = file.value(FileKeys.user)?.value ?? "cluster"
        network = file.value(FileKeys.network)?.value
        let networks = file.list(FileKeys.networks).map(\.value)
        let defaults = file.value(FileKeys.defaults)?.value ?? MachineDefaults()
        machines = file.list(FileKeys.machines).flatMap { entry in
            var draft = entry.value
            draft.settings = draft.settings.over(defaults)
            return draft.expanded(into: context.mistakes)
        }
        let leased = machines.flatMap(\.interfaces).map(\.value).filter { $0.address?.value ?? .leased == .leased }
            .map(\.network.value)
        self.networks = networks.map { $0.leasing(wanted: leased.contains($0.name?.value ?? "")) }
        playbook = file.value(FileKeys.playbook)
        provision = file.list(FileKeys.provision)
        hooks = file.value(FileKeys.hooks)?.value ?? .none
        hypervisors = file.list(FileKeys.hypervisors).map(\.value)
        groups = file.value(FileKeys.groups)?.value ?? []
        vars = file.value(FileKeys.vars)?.value ?? JSONObject()
    }

    /// Compares everything with everything else that it depends on.
    func check(in surroundings: Surroundings, _ source: SourceText, into mistakes: Mistakes) {
        checkNames(machines, into: mistakes)
        checkNetworks(own: network, networks, into: mistakes)
        checkAddresses(machines, own: network, networks, into: mistakes)
        checkMACAddresses(machines, into: mistakes)
        checkCards(machines, networks, into: mistakes)
        checkDNS(machines, [network].compactMap(\.self) + networks, into: mistakes)
        checkImages(machines, surroundings, into: mistakes)
        checkRoles(machines, into: mistakes)
        checkHardware(machines, into: mistakes)
        checkHostResources(machines, into: mistakes)
        checkPaths(machines, steps: provision, playbook: playbook, surroundings, into: mistakes)
        checkFilesAndSteps(machines, steps: provision, into: mistakes)
        checkOverlays(machines, source, surroundings, into: mistakes)
        checkHypervisors(machines, hypervisors, into: mistakes)
        checkGroups(groups, machines, into: mistakes)
    }
}
