import CLibvirt

/// Records in an object's metadata the digest of its definition as libvirt has made it; runs on a lane.
///
/// A run that is killed before leaves no digest, or one that does not fit: then the next one defines it again.
enum Recording {
    static func record(domain: virDomainPtr, named name: String) throws(HypervisorError) {
        let action = "read back domain '\(name)'"
        guard let definition = try Observation.definition(ofDomain: domain, named: name) else {
            throw .refused(action: action, .last())
        }
        guard let metadata = ClusterMetadata(in: definition, of: .machine) else { return }
        let digest = DefinitionDigest(of: definition)
        guard let ours = metadata.element(of: .machine, definition: digest).children.first else { return }
        // libvirt gives the element its prefix and declares it.
        var bare = ours
        bare.name = ClusterMetadata.Owner.machine.rawValue
        bare.attributes.removeAll { $0.name.hasPrefix("xmlns:") }
        let live = virDomainIsActive(domain) == 1 ? VIR_DOMAIN_AFFECT_LIVE.rawValue : 0
        try HypervisorError.check(
            virDomainSetMetadata(
                domain, Int32(VIR_DOMAIN_METADATA_ELEMENT.rawValue), bare.rendered(), ClusterMetadata.prefix,
                ClusterMetadata.namespace, VIR_DOMAIN_AFFECT_CONFIG.rawValue | live),
            "record the definition of domain '\(name)'")
    }

    /// libvirt 9.0 takes a network's metadata with its definition only.
    static func record(
        network: virNetworkPtr, named name: String, on connection: virConnectPtr
    ) throws(HypervisorError) {
        guard var definition = try Observation.definition(ofNetwork: network, named: name) else {
            throw .refused(action: "read back network '\(name)'", .last())
        }
        guard let metadata = ClusterMetadata(in: definition, of: .network),
            let index = definition.children.firstIndex(where: { $0.name == "metadata" })
        else { return }
        let digest = DefinitionDigest(of: definition)
        definition.children[index] = metadata.element(of: .network, definition: digest)
        _ = try Handle(virNetworkDefineXML(connection, definition.rendered()), release: virNetworkFree) {
            .refused(action: "record the definition of network '\(name)'", $0)
        }
    }
}
