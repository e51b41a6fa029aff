internal import Addresses
package import Diagnostics
internal import JSON
internal import YAML

/// The file that says what a cluster is.
package enum Clusterfile {
    /// Reads a Clusterfile's text; throws all of its mistakes at once, in the file's order.
    package static func parse(_ text: String, file: String, in surroundings: Surroundings) throws(Diagnoses)
        -> ClusterSpec
    {
        let document = try YAML.document(text, file: file)
        let mistakes = Mistakes()
        let spec = read(document, in: surroundings, into: mistakes)
        guard mistakes.all.isEmpty, let spec else { throw Diagnoses(mistakes.all.map(\.diagnosis)) }
        return spec
    }

    private static func read(_ document: YAMLNode, in surroundings: Surroundings, into mistakes: Mistakes)
        -> ClusterSpec?
    {
        guard document.mapping != nil else {
            mistakes.add(.notASection(title: Section.file.title, kind: document.kind, document.location))
            return nil
        }
        let file = SectionReader(document, as: .file, into: mistakes)
        let name = file.required(FileKeys.cluster)
        let user = file.value(FileKeys.user)?.value ?? "cluster"
        let network = readNetwork(file, into: mistakes)
        let defaults = MachineDefaults(file.value(FileKeys.defaults), into: mistakes)
        let drafts = (file.required(FileKeys.machines)?.value ?? []).compactMap {
            MachineDraft($0, defaults, into: mistakes)
        }
        let machines = drafts.flatMap { $0.expanded(into: mistakes) }
        let playbook = file.value(FileKeys.playbook)
        let vars = file.value(FileKeys.vars)?.value.json.object ?? JSONObject()

        checkNames(machines, into: mistakes)
        checkAddresses(machines, network?.value, into: mistakes)
        checkImages(machines, surroundings.images, into: mistakes)
        checkRoles(machines, into: mistakes)
        if let playbook, !surroundings.fileExists(playbook.value) {
            mistakes.add(.noPlaybook(playbook.value, playbook.location))
        }

        guard mistakes.all.isEmpty, let name, let network else { return nil }
        let uuid = surroundings.clusterUUID(name.value)
        let networkSpec = ClusterSpec.Network(range: network, cluster: name.value, uuid: uuid)
        let identity = MachineIdentity(cluster: name.value, uuid: uuid, user: user, network: networkSpec)
        return ClusterSpec(
            name: name.value, uuid: uuid, user: user, network: networkSpec, networks: [],
            machines: identity.specs(of: machines), playbook: playbook?.value, provision: [],
            hooks: .init(beforeUp: [], afterUp: [], beforeDown: [], afterDown: []), hypervisors: [], groups: [],
            vars: vars)
    }

    private static func readNetwork(_ file: SectionReader, into mistakes: Mistakes) -> Located<IPv4Network>? {
        guard let section = file.required(FileKeys.network) else { return nil }
        let address = SectionReader(section.value, as: .network, into: mistakes).required(NetworkKeys.address)
        if let address {
            for (range, whose) in [(ClusterSpec.podRange, "pods"), (ClusterSpec.serviceRange, "services")]
            where address.value.overlaps(range) {
                mistakes.add(.networkOverlaps(address.value, range, whose: whose, address.location))
            }
        }
        return address
    }
}
