import CLibvirt

/// Makes another domain's description of a domain's: the same machine under a new identity, beside the first.
package struct DomainRenaming: Hashable, Sendable {
    package var name: String
    package var uuid: String
    /// The UUID and the name of the cluster that the new machine belongs to.
    package var cluster: String
    package var clusterName: String
    /// libvirt's networks: the first's by their names, and what takes their place.
    package var networks: [String: String]
    /// Files of the first's own by their paths, and those of the new one.
    package var files: [String: String]

    package init(
        name: String, uuid: String, cluster: String, clusterName: String, networks: [String: String],
        files: [String: String]
    ) {
        self.name = name
        self.uuid = uuid
        self.cluster = cluster
        self.clusterName = clusterName
        self.networks = networks
        self.files = files
    }

    /// What a restore point's description says of the machine that it is of.
    package struct Origin: Hashable, Sendable {
        /// The files of all disks, written to or not, and of the console's log.
        package var files: [String]
        /// libvirt's networks that its cards are on.
        package var networks: [String]
        /// Cards that are on something else than a network of libvirt's, such as `bridge br0`.
        package var otherCards: [String]
    }

    /// Reads a restore point's description.
    package static func origin(ofRestorePoint xml: String) throws -> Origin {
        let devices = try element(xml).child("domain")?.child("devices") ?? XMLElement("devices")
        let cards = devices.children("interface")
        return Origin(
            files: devices.children("disk").compactMap { $0.child("source")?["file"] }
                + devices.children("serial").compactMap { $0.child("log")?["file"] },
            networks: Array(Set(cards.compactMap { $0.child("source")?["network"] })).sorted(),
            otherCards: cards.filter { $0["type"] != "network" }.map { card in
                let source = card.child("source")
                return "\(card["type"] ?? "?") \(source?["bridge"] ?? source?["dev"] ?? "")"
            })
    }

    /// The description of the new domain and of the restore point in its volumes.
    package func applied(
        toRestorePoint xml: String, description: String
    ) throws -> (domain: String, restorePoint: String) {
        var point = try Self.element(xml)
        // Its parent is a state that the new domain does not have.
        point.children.removeAll { $0.name == "parent" }
        for index in point.children.indices {
            switch point.children[index].name {
            case "description": point.children[index].text = description
            case "domain", "inactiveDomain": rename(&point.children[index])
            default: break
            }
        }
        guard var domain = point.child("inactiveDomain") ?? point.child("domain") else {
            throw HypervisorError.malformedAnswer(about: "a snapshot")
        }
        domain.name = "domain"
        return (domain.rendered(), point.rendered())
    }

    private static func element(_ xml: String) throws -> XMLElement {
        guard let element = try? XMLReader.read(xml) else {  // where reading stopped says nothing to a person
            throw HypervisorError.malformedAnswer(about: "a snapshot")
        }
        return element
    }

    private func rename(_ domain: inout XMLElement) {
        for index in domain.children.indices {
            switch domain.children[index].name {
            case "name": domain.children[index].text = name
            case "uuid": domain.children[index].text = uuid
            case "metadata": renameOwner(in: &domain.children[index])
            case "devices": renameParts(of: &domain.children[index])
            default: break
            }
        }
    }

    private func renameOwner(in metadata: inout XMLElement) {
        for index in metadata.children.indices where metadata.children[index].name.hasSuffix(":machine") {
            for attribute in metadata.children[index].attributes.indices {
                switch metadata.children[index].attributes[attribute].name {
                case "cluster": metadata.children[index].attributes[attribute].value = cluster
                case "name": metadata.children[index].attributes[attribute].value = clusterName
                default: break
                }
            }
        }
    }

    /// Files and networks, wherever they are named; what only held for the running first, goes.
    private func renameParts(of element: inout XMLElement) {
        if element.name == "source", element["network"] != nil {
            element.attributes.removeAll { ["portid", "bridge"].contains($0.name) }
        }
        for index in element.attributes.indices {
            let value = element.attributes[index].value
            switch element.attributes[index].name {
            case "file": element.attributes[index].value = files[value] ?? value
            case "network": element.attributes[index].value = networks[value] ?? value
            default: break
            }
        }
        for index in element.children.indices { renameParts(of: &element.children[index]) }
    }
}

extension Hypervisor {
    /// Defines a domain by libvirt's own description of it.
    package func define(domain name: String, description xml: String) async throws {
        try await define(domain: name, xml: xml)
    }

    /// Defines a network that is a bridge and nothing else: the host has no address in it, and nothing leads out.
    package func defineBridge(
        network name: String, uuid: String, bridge: String, metadata: ClusterMetadata
    ) async throws {
        let xml = XMLElement(
            "network",
            [
                XMLElement("name", text: name), XMLElement("uuid", text: uuid), metadata.element(of: .network),
                XMLElement("bridge", ["name": bridge, "stp": "off", "delay": "0"]),
            ]
        ).rendered()
        try await call { connection in
            _ = try Handle(virNetworkDefineXML(connection, xml), release: virNetworkFree) {
                .refused(action: "define network '\(name)'", $0)
            }
        }
    }
}
