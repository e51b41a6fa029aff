import Testing

@testable import Hypervisor

struct SpecXMLTests {
    @Test(arguments: Golden<DomainSpec>.all)
    func domainsAreWrittenAsTheirFilesShow(golden: Golden<DomainSpec>) throws {
        try golden.expect(golden.spec.xml)
    }

    @Test(arguments: Golden<NetworkSpec>.all)
    func networksAreWrittenAsTheirFilesShow(golden: Golden<NetworkSpec>) throws {
        try golden.expect(golden.spec.xml)
    }

    @Test(arguments: Golden<DomainSpec>.all.filter { $0.spec.overlays.isEmpty })
    func hardwareIsReadBackFromWhatWasWritten(golden: Golden<DomainSpec>) {
        #expect(golden.spec.expectedHardware == golden.spec.hardware)
    }

    @Test(arguments: Golden<NetworkSpec>.all)
    func configurationsAreReadBackFromWhatWasWritten(golden: Golden<NetworkSpec>) {
        #expect(NetworkConfiguration(in: golden.spec.element) == golden.spec.configuration)
    }

    @Test func onlyTheProcessorDiffersUnderKVM() throws {
        let emulated = try XMLReader.read(Samples.domain().xml)
        let kvm = try XMLReader.read(
            Samples.domain {
                $0.virtualization = .kvm
                $0.processors.model = .standard(.kvm)
            }.xml)
        #expect(kvm["type"] == "kvm")
        #expect(kvm.child("cpu")?["mode"] == "host-passthrough")
        #expect(kvm.children.filter { $0.name != "cpu" } == emulated.children.filter { $0.name != "cpu" })
    }

    @Test func anOverlayNamesWhatLiesBelow() {
        let spec = VolumeSpec(
            pool: "images", name: "u.node1.root", capacityBytes: 32_212_254_720, format: .qcow2,
            backing: .init(path: "/pool/base.qcow2", format: .qcow2))
        #expect(
            spec.xml == """
                <volume>
                  <name>u.node1.root</name>
                  <capacity unit="bytes">32212254720</capacity>
                  <allocation unit="bytes">0</allocation>
                  <target>
                    <format type="qcow2"/>
                    <permissions>
                      <mode>0600</mode>
                    </permissions>
                  </target>
                  <backingStore>
                    <path>/pool/base.qcow2</path>
                    <format type="qcow2"/>
                  </backingStore>
                </volume>
                """)
    }

    @Test func metadataIsReadBackFromWhatWasWritten() throws {
        let domain = try XMLReader.read(Samples.domain().xml)
        #expect(ClusterMetadata(in: domain, of: .machine) == Samples.metadata("kube-node1"))
        #expect(ClusterMetadata(in: domain, of: .network) == nil)
        let network = try XMLReader.read(Samples.network().xml)
        #expect(ClusterMetadata(in: network, of: .network) == Samples.metadata("private"))
    }

    @Test(arguments: [
        #"<domain/>"#,
        #"<domain><metadata/></domain>"#,
        #"<domain><metadata><o:machine xmlns:o="http://other/1" cluster="c" machine="m"/></metadata></domain>"#,
        #"<domain><metadata><machine cluster="c" machine="m"/></metadata></domain>"#,
        #"<domain><metadata><c:machine xmlns:c="https://clusterfile.dev/metadata/1" cluster="c"/></metadata></domain>"#,
    ])
    func somebodyElsesMetadataIsNotOurs(xml: String) throws {
        #expect(ClusterMetadata(in: try XMLReader.read(xml), of: .machine) == nil)
    }

    @Test func anotherPrefixForOurNamespaceIsStillOurs() throws {
        let xml = """
            <domain xmlns:x="https://clusterfile.dev/metadata/1"><metadata>
            <o:machine xmlns:o="http://other/1" cluster="no" machine="no"/>
            <x:machine cluster="c" machine="m"/></metadata></domain>
            """
        let metadata = ClusterMetadata(in: try XMLReader.read(xml), of: .machine)
        #expect(metadata == ClusterMetadata(cluster: "c", clusterName: "", name: "m", spec: ""))
    }
}
