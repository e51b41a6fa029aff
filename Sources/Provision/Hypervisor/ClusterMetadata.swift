/// Whose a domain or a network is: the element this project keeps in its libvirt metadata.
package struct ClusterMetadata: Hashable, Sendable {
    /// The namespace of the element, which libvirt wants unique to the application.
    static let namespace = "https://clusterfile.dev/metadata/1"
    static let prefix = "clusterfile"

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

    /// The attribute that keeps the digest of what libvirt made of the definition: no part of whose the object is.
    static let digestAttribute = "definition"

    /// `<metadata>` with our element in it.
    func element(of owner: Owner, definition digest: DefinitionDigest? = nil) -> XMLElement {
        var ours = XMLElement(
            "\(Self.prefix):\(owner.rawValue)",
            [
                "xmlns:\(Self.prefix)": Self.namespace, "cluster": cluster, "name": clusterName, owner.rawValue: name,
                "spec": spec,
            ])
        ours.attributes += more.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: $0.value) }
        if let digest { ours.attributes.append(.init(name: Self.digestAttribute, value: digest.text)) }
        return XMLElement("metadata", [ours])
    }

    /// Whose a domain or a network is by its description, or nil where it is somebody else's.
    init?(in description: XMLElement, of owner: Owner) {
        guard let ours = Self.ours(in: description, of: owner), let cluster = ours["cluster"],
            let name = ours[owner.rawValue]
        else { return nil }
        let known: Set = ["cluster", "name", owner.rawValue, "spec", Self.digestAttribute]
        self.init(
            cluster: cluster, clusterName: ours["name"] ?? "", name: name, spec: ours["spec"] ?? "",
            more: ours.attributes.filter { !known.contains($0.name) && !$0.name.hasPrefix("xmlns:") }
                .reduce(into: [:]) { $0[$1.name] = $1.value })
    }

    /// Our element in the description of a domain or a network.
    static func ours(in description: XMLElement, of owner: Owner) -> XMLElement? {
        guard let metadata = description.child("metadata") else { return nil }
        return metadata.children.first { candidate in
            let parts = candidate.name.split(separator: ":")
            guard parts.count == 2, parts[1] == owner.rawValue else { return false }
            let declaration = "xmlns:" + parts[0]
            return (candidate[declaration] ?? metadata[declaration] ?? description[declaration]) == namespace
                && candidate["cluster"] != nil && candidate[owner.rawValue] != nil
        }
    }
}
