/// Whose a domain or a network is: the element this project keeps in its libvirt metadata.
package struct ClusterMetadata: Hashable, Sendable {
    /// The namespace of the element, which libvirt wants unique to the application.
    static let namespace = "https://clusterfile.dev/metadata/1"

    /// The cluster's UUID.
    package var cluster: String
    /// The cluster's name, for people who read the XML.
    package var clusterName: String
    /// The machine's or the network's name in the Clusterfile.
    package var name: String
    /// The hash of the spec that this was made from.
    package var spec: String
    /// Further attributes; a key is an XML name without a colon.
    package var more: [String: String]

    package init(cluster: String, clusterName: String, name: String, spec: String, more: [String: String] = [:]) {
        self.cluster = cluster
        self.clusterName = clusterName
        self.name = name
        self.spec = spec
        self.more = more
    }
}

extension ClusterMetadata {
    /// The kinds of object that carry the element; the raw value is its local name, and its attribute with the name.
    enum Owner: String {
        case machine, network
    }

    /// `<metadata>` with our element in it.
    func element(of owner: Owner) -> XMLElement {
        var ours = XMLElement(
            "clusterfile:\(owner.rawValue)",
            [
                "xmlns:clusterfile": Self.namespace, "cluster": cluster, "name": clusterName, owner.rawValue: name,
                "spec": spec,
            ])
        ours.attributes += more.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: $0.value) }
        return XMLElement("metadata", [ours])
    }

    /// Our element in the description of a domain or a network, or nil where it is somebody else's.
    init?(in description: XMLElement, of owner: Owner) {
        guard let metadata = description.child("metadata") else { return nil }
        for candidate in metadata.children {
            let parts = candidate.name.split(separator: ":")
            guard parts.count == 2, parts[1] == owner.rawValue else { continue }
            let declaration = "xmlns:" + parts[0]
            guard (candidate[declaration] ?? metadata[declaration] ?? description[declaration]) == Self.namespace,
                let cluster = candidate["cluster"], let name = candidate[owner.rawValue]
            else { continue }
            let known: Set = [declaration, "cluster", "name", owner.rawValue, "spec"]
            self.init(
                cluster: cluster, clusterName: candidate["name"] ?? "", name: name, spec: candidate["spec"] ?? "",
                more: candidate.attributes.filter { !known.contains($0.name) }
                    .reduce(into: [:]) { $0[$1.name] = $1.value })
            return
        }
        return nil
    }
}
