import Testing

@testable import Hypervisor

/// The description of a fork's machine, from libvirt's own of the first's snapshot.
struct DomainRenamingTests {
    private static let domain = """
        <name>kube_a</name><uuid>1</uuid><metadata><c:machine xmlns:c="\(ClusterMetadata.namespace)" cluster="C"
          name="kube" machine="a" spec="s" address="10.9.0.11"/></metadata>
        <devices>
          <disk type="file"><source file="/pool/C.a.system"/><backingStore type="file"><source file="/pool/image"/>
            </backingStore><target dev="vda"/></disk>
          <disk type="file"><source file="/pool/agents"/><target dev="vdb"/><readonly/></disk>
          <interface type="network"><mac address="52:54:00:00:00:01"/>
            <source network="clusterfile_kube" portid="p" bridge="cf1"/></interface>
          <interface type="bridge"><source bridge="br0"/></interface>
          <serial type="pty"><log file="/pool/kube_a.console.log" append="off"/></serial>
        </devices>
        """
    private static let point = """
        <domainsnapshot><name>x</name><description>old</description><state>paused</state><parent><name>w</name></parent>
          <domain type="qemu">\(domain)</domain><inactiveDomain type="qemu">\(domain)</inactiveDomain></domainsnapshot>
        """

    @Test func `the origin's files, networks and other cards are told`() throws {
        let origin = try DomainRenaming.origin(ofRestorePoint: Self.point)
        #expect(origin.files == ["/pool/C.a.system", "/pool/agents", "/pool/kube_a.console.log"])
        #expect(origin.networks == ["clusterfile_kube"])
        #expect(origin.otherCards == ["bridge br0"])
    }

    @Test func `the new machine has its own name, files and network, and the first's address and card`() throws {
        let renaming = DomainRenaming(
            name: "copy_a", uuid: "2", cluster: "D", clusterName: "copy",
            networks: ["clusterfile_kube": "clusterfile_copy"],
            files: ["/pool/C.a.system": "/pool/D.a.system", "/pool/kube_a.console.log": "/pool/copy_a.console.log"])
        let (domain, point) = try renaming.applied(toRestorePoint: Self.point, description: "new")
        for text in [domain, point] {
            #expect(!text.contains("kube") && !text.contains("/pool/C.") && !text.contains("portid"), "\(text)")
            #expect(text.contains("/pool/image") && text.contains("/pool/agents"))
            #expect(text.contains("52:54:00:00:00:01"))
        }
        let parsed = try XMLReader.read(domain)
        #expect(parsed.name == "domain" && parsed.textOf("name") == "copy_a" && parsed.textOf("uuid") == "2")
        let owner = try #require(ClusterMetadata(in: parsed, of: .machine))
        #expect([owner.cluster, owner.clusterName, owner.name, owner.spec] == ["D", "copy", "a", "s"])
        #expect(owner.more == ["address": "10.9.0.11"])
        let saved = try XMLReader.read(point)
        #expect(saved.textOf("description") == "new" && saved.textOf("name") == "x" && saved.child("parent") == nil)
        #expect(saved.child("inactiveDomain")?.textOf("uuid") == "2" && saved.child("domain")?.textOf("uuid") == "2")
    }
}
