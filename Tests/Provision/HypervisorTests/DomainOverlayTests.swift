import Testing

@testable import Hypervisor

struct DomainOverlayTests {
    private func merged(_ overlay: String) throws -> XMLElement {
        var spec = Samples.domain()
        spec.overlays = [try DomainOverlay(overlay)]
        return spec.element
    }

    @Test func anOverlayThatSaysNothingChangesNothing() throws {
        #expect(try merged("<domain><devices/><os/></domain>") == Samples.domain().element)
    }

    @Test func attributesAndTextAreOverwrittenAndTheRestStays() throws {
        let os = try #require(
            try merged(#"<domain><os><type machine="q35"/><cmdline>single</cmdline></os></domain>"#).child("os"))
        #expect(os.child("type") == XMLElement("type", ["arch": "x86_64", "machine": "q35"], text: "hvm"))
        #expect(os.textOf("cmdline") == "single")
        #expect(os.textOf("kernel") == "/pool/vmlinuz")
        #expect(os.children.count == 4)
    }

    @Test(arguments: [
        (#"<disk><target dev="vda"/><boot order="1"/></disk>"#, "disk", 2),
        (#"<disk type="file"><source file="/x"/><target dev="vdq" bus="virtio"/></disk>"#, "disk", 3),
        (#"<interface><mac address="52:54:00:12:34:56"/><model type="e1000"/></interface>"#, "interface", 1),
        (#"<interface type="user"/>"#, "interface", 2),
        (#"<channel type="unix"><target type="virtio" name="org.qemu.guest_agent.0"/></channel>"#, "channel", 2),
        (#"<controller type="usb" model="qemu-xhci"/>"#, "controller", 1),
        (#"<memballoon model="virtio"/>"#, "memballoon", 1),
        (#"<serial type="file"/>"#, "serial", 1),
        (#"<rng model="virtio"/><rng model="virtio"/>"#, "rng", 2),
    ])
    func devicesAreToldApartByWhatNamesThem(device: String, name: String, count: Int) throws {
        let devices = try #require(try merged("<domain><devices>\(device)</devices></domain>").child("devices"))
        #expect(devices.children(name).count == count)
        #expect(devices.child("disk")?.child("source")?["file"] == "/pool/node1.root")
    }

    @Test func featuresAreChangedByNameAndArgumentsAdded() throws {
        let domain = try merged(
            """
            <domain xmlns:qemu="http://libvirt.org/schemas/domain/qemu/1.0">
              <cpu><feature policy="require" name="avx"/><feature policy="require" name="x2apic"/></cpu>
              <qemu:commandline><qemu:arg value="-a"/><qemu:arg value="-a"/></qemu:commandline>
            </domain>
            """)
        let features = domain.child("cpu")?.children("feature") ?? []
        #expect(features.count == 8)
        #expect(features.first { $0["name"] == "avx" }?["policy"] == "require")
        #expect(domain.child("qemu:commandline")?.children.count == 2)
        #expect(domain["xmlns:qemu"] != nil)
    }

    @Test func whatAnOverlayChangesIsExpected() throws {
        var spec = Samples.domain()
        spec.overlays = [try DomainOverlay("<domain><vcpu>7</vcpu></domain>")]
        #expect(spec.expectedHardware.processors.count == 7)
        #expect(spec.hardware.processors.count == 2)
    }

    @Test(arguments: ["name", "uuid", "metadata"])
    func whoseADomainIsCannotBeChanged(element: String) {
        #expect(throws: HypervisorError.refusedOverlay(element: element)) {
            try DomainOverlay("<domain><\(element)>x</\(element)></domain>")
        }
    }

    @Test func mistakesAreToldAtTheirPlace() {
        #expect(throws: HypervisorError.malformedOverlay(line: 2, column: 10)) {
            try DomainOverlay("<domain>\n  <vcpu a>\n</domain>")
        }
        #expect(throws: HypervisorError.refusedOverlay(element: "devices")) { try DomainOverlay("<devices/>") }
    }
}
