/// A network of libvirt's as it shall be defined: a bridge on the host with an address range.
package struct NetworkSpec: Hashable, Sendable {
    package var name: String
    package var uuid: String
    package var configuration: NetworkConfiguration
    package var metadata: ClusterMetadata

    package init(name: String, uuid: String, configuration: NetworkConfiguration, metadata: ClusterMetadata) {
        self.name = name
        self.uuid = uuid
        self.configuration = configuration
        self.metadata = metadata
    }

    /// The network in libvirt's format (https://libvirt.org/formatnetwork.html).
    package var xml: String { element.rendered() }

    var element: XMLElement {
        XMLElement(
            "network",
            [XMLElement("name", text: name), XMLElement("uuid", text: uuid), metadata.element(of: .network)]
                + configuration.elements)
    }
}
