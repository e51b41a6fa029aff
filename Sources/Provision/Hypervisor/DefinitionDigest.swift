/// What libvirt made of a definition, in 64 bits: recorded in the metadata when this project defines or changes something,
/// and compared when it is looked at, it tells whether anybody else changed anything.
///
/// FNV-1a; it finds edits, and protects against nobody who looks for collisions.
struct DefinitionDigest: Hashable, Sendable {
    let text: String

    /// The digest of a description as libvirt keeps it for the next start (`VIR_DOMAIN_XML_INACTIVE`), without its metadata.
    init(of description: XMLElement) {
        var rest = description
        rest.children.removeAll { $0.name == "metadata" }
        // How many interfaces use a network, which libvirt tells there.
        rest.attributes.removeAll { $0.name == "connections" }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in rest.rendered().utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        text = String(hash, radix: 16)
    }

    /// Whether a description still has the digest that is recorded in it; nil where none is.
    static func isKept(in description: XMLElement, of owner: ClusterMetadata.Owner) -> Bool? {
        guard let recorded = ClusterMetadata.ours(in: description, of: owner)?[ClusterMetadata.digestAttribute] else {
            return nil
        }
        return recorded == DefinitionDigest(of: description).text
    }
}
