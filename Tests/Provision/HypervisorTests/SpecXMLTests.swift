import Testing

@testable import Hypervisor

struct SpecXMLTests {
    @Test func aDomainBootsItsKernelWithItsDisksLinksAndChannel() {
        #expect(
            Samples.domain().xml == """
                <domain type="qemu">
                  <name>demo-node1</name>
                  <uuid>8f2b0c9e-6a0f-4d3e-9c55-0d7f3f6f0a01</uuid>
                  <metadata>
                    <clusterfile:machine xmlns:clusterfile="https://clusterfile.dev/metadata/1" \
                cluster="11111111-2222-3333-4444-555555555555" name="tom &amp; &quot;jerry&quot;" machine="kube-node1" \
                spec="abc123" format="1" image="debian-12"/>
                  </metadata>
                  <memory unit="b">1073741824</memory>
                  <vcpu>2</vcpu>
                  <os>
                    <type arch="x86_64" machine="pc">hvm</type>
                    <kernel>/pool/vmlinuz</kernel>
                    <initrd>/pool/initrd</initrd>
                    <cmdline>quiet x=&quot;&lt;1&gt;&quot; a&amp;b</cmdline>
                  </os>
                  <features>
                    <acpi/>
                  </features>
                  <cpu mode="maximum">
                    <feature policy="disable" name="la57"/>
                    <feature policy="disable" name="smap"/>
                    <feature policy="disable" name="smep"/>
                    <feature policy="disable" name="svm"/>
                    <feature policy="disable" name="avx"/>
                    <feature policy="disable" name="avx2"/>
                    <feature policy="disable" name="erms"/>
                  </cpu>
                  <clock offset="utc">
                    <timer name="hpet" present="no"/>
                  </clock>
                  <on_poweroff>destroy</on_poweroff>
                  <on_reboot>restart</on_reboot>
                  <on_crash>preserve</on_crash>
                  <devices>
                    <disk type="file" device="disk">
                      <driver name="qemu" type="qcow2" cache="unsafe" discard="unmap"/>
                      <source file="/pool/node1.root"/>
                      <target dev="vda" bus="virtio"/>
                    </disk>
                    <disk type="file" device="disk" snapshot="no">
                      <driver name="qemu" type="raw" cache="unsafe"/>
                      <source file="/pool/node1.seed"/>
                      <target dev="vdb" bus="virtio"/>
                      <readonly/>
                      <serial>seed</serial>
                    </disk>
                    <interface type="network">
                      <mac address="52:54:00:12:34:56"/>
                      <source network="demo"/>
                      <model type="virtio"/>
                      <rom enabled="no"/>
                    </interface>
                    <controller type="usb" model="none"/>
                    <serial type="pty">
                      <log file="/pool/node1.console" append="off"/>
                      <target type="isa-serial" port="0"/>
                    </serial>
                    <console type="pty">
                      <target type="serial" port="0"/>
                    </console>
                    <channel type="unix">
                      <target type="virtio" name="org.clusterfile.ready.0"/>
                    </channel>
                    <memballoon model="none"/>
                  </devices>
                </domain>
                """)
    }

    @Test func onlyTheProcessorDiffersUnderKVM() throws {
        var spec = Samples.domain()
        let emulated = try XMLReader.read(spec.xml)
        spec.virtualization = .kvm
        let kvm = try XMLReader.read(spec.xml)
        #expect(kvm["type"] == "kvm")
        #expect(kvm.child("cpu")?["mode"] == "host-passthrough")
        #expect(kvm.children.filter { $0.name != "cpu" } == emulated.children.filter { $0.name != "cpu" })
    }

    @Test func aNetworkIsABridgeWithItsNamesAndWhoseItIs() {
        let xml = Samples.network().xml
        #expect(
            xml == """
                <network>
                  <name>demo</name>
                  <uuid>8f2b0c9e-6a0f-4d3e-9c55-0d7f3f6f0a02</uuid>
                  <metadata>
                    <clusterfile:network xmlns:clusterfile="https://clusterfile.dev/metadata/1" \
                cluster="11111111-2222-3333-4444-555555555555" name="tom &amp; &quot;jerry&quot;" network="private" \
                spec="abc123" format="1" image="debian-12"/>
                  </metadata>
                  <forward mode="nat"/>
                  <bridge name="cf-demo" stp="off" delay="0"/>
                  <dns>
                    <host ip="192.168.56.11">
                      <hostname>kube-master1</hostname>
                      <hostname>master</hostname>
                    </host>
                  </dns>
                  <ip address="192.168.56.1" prefix="24"/>
                </network>
                """)
    }

    @Test func anIsolatedNetworkForwardsNothing() throws {
        var spec = Samples.network()
        spec.mode = .isolated
        spec.dnsHosts = []
        let xml = try XMLReader.read(spec.xml)
        #expect(xml.child("forward") == nil)
        #expect(xml.child("dns") == nil)
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
