import Foundation
import Testing

@testable import Hypervisor

/// A spec whose XML is kept in `Golden/NAME.xml`: a change of what libvirt is told is a change of a file that people read.
///
/// `REWRITE_GOLDEN=1` in the environment writes the files anew.
struct Golden<Spec: Sendable>: Sendable, CustomTestStringConvertible {
    let name: String
    let spec: Spec

    init(_ name: String, _ spec: Spec) {
        self.name = name
        self.spec = spec
    }

    var testDescription: String { name }

    /// Compares with the file, byte for byte.
    func expect(_ xml: String) throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Golden/\(name).xml")
        if ProcessInfo.processInfo.environment["REWRITE_GOLDEN"] != nil {
            try Data((xml + "\n").utf8).write(to: file)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == xml + "\n")
    }
}

extension Golden<DomainSpec> {
    static var all: [Golden] { standard + processorsAndMemory + devices + overlays }

    private static func golden(_ name: String, _ change: (inout DomainHardware) -> Void) -> Golden {
        Golden("domain-\(name)", Samples.domain("demo-\(name)", change))
    }

    private static var standard: [Golden] {
        [
            golden("standard") { _ in },
            golden("kvm") {
                $0.virtualization = .kvm
                $0.processors.model = .standard(.kvm)
            },
            golden("boot-loader") {
                $0.boot = .disk
                $0.disks[1].serial = nil
            },
        ]
    }

    private static var processorsAndMemory: [Golden] {
        [
            golden("processors-room") { $0.processors = .init(count: 2, maximum: 8, model: .maximum) },
            golden("processors-host-model") { $0.processors.model = .hostModel },
            golden("processors-named-nested") {
                $0.processors = .init(count: 4, model: .named("EPYC"), nested: true)
            },
            golden("processors-nested") { $0.processors.nested = true },
            golden("processors-nested-kvm") {
                $0.virtualization = .kvm
                $0.processors = .init(count: 2, model: .hostPassthrough, nested: true)
            },
            golden("processors-pinned") {
                $0.processors = .init(count: 2, maximum: 4, model: .maximum, pinning: [0: [0], 3: [0, 1]])
            },
            golden("memory-room") { $0.memory = .init(bytes: 512 << 20, maximumBytes: 2 << 30) },
        ]
    }

    private static var devices: [Golden] {
        [
            golden("disks-caches") { hardware in
                hardware.disks = DomainHardware.Disk.Cache.allCases.map {
                    .init(path: "/pool/\($0)", format: .qcow2, access: .readWrite, serial: "\($0)", cache: $0)
                }
            },
            golden("disks-beyond-z") { hardware in
                hardware.disks = (1...28).map {
                    .init(path: "/pool/data\($0)", format: .raw, access: .readWrite, serial: "data\($0)")
                }
            },
            golden("seed-cdrom") {
                $0.boot = .disk
                $0.disks[1] = .init(path: "/pool/seed.iso", format: .raw, access: .readOnly, device: .cdrom)
            },
            golden("interfaces") {
                $0.interfaces += [
                    .init(.network("storage"), mac: "52:54:00:12:34:57", mtu: 9000),
                    .init(.bridge("br0"), mac: "52:54:00:AB:CD:EF"),
                    .init(.bridge("br1"), mac: "52:54:00:12:34:58", mtu: 1400),
                ]
            },
            golden("folders-virtiofs") { $0.sharedFolders = [.init(.virtiofs, path: "/srv/a & b", tag: "src")] },
            golden("folders-9p") {
                $0.sharedFolders = [
                    .init(.plan9, path: "/srv/one", tag: "one"), .init(.plan9, path: "/srv", tag: "two"),
                ]
            },
            golden("pci") {
                $0.pciDevices = [.init(bus: 1, slot: 0), .init(domain: 0xA, bus: 0xC1, slot: 0x1F, function: 7)]
            },
        ]
    }

    private static var overlays: [Golden] {
        var spec = Samples.domain("demo-overlay") { $0.sharedFolders = [.init(.virtiofs, path: "/srv", tag: "src")] }
        spec.overlays = [try? DomainOverlay(Self.overlay)].compactMap(\.self)
        return [Golden("domain-overlay", spec)]
    }

    /// Each rule of `DomainOverlay` at least once.
    private static let overlay = """
        <domain xmlns:qemu="http://libvirt.org/schemas/domain/qemu/1.0">
          <title>changed by hand</title>
          <vcpu current="1">4</vcpu>
          <memoryBacking><locked/></memoryBacking>
          <cpu>
            <feature policy="require" name="svm"/>
            <feature policy="disable" name="pcid"/>
          </cpu>
          <devices>
            <disk><driver io="threads"/><target dev="vda"/><iotune><total_iops_sec>500</total_iops_sec></iotune></disk>
            <controller type="usb" model="qemu-xhci"/>
            <controller type="scsi" model="virtio-scsi"/>
            <rng model="virtio"><backend model="random">/dev/urandom</backend></rng>
            <memballoon model="virtio"/>
            <watchdog model="i6300esb" action="reset"/>
          </devices>
          <qemu:commandline><qemu:arg value="-name"/><qemu:arg value="other,debug-threads=on"/></qemu:commandline>
        </domain>
        """
}

extension Golden<NetworkSpec> {
    private static func golden(_ name: String, _ change: (inout NetworkConfiguration) -> Void) -> Golden {
        Golden("network-\(name)", Samples.network("demo-\(name)", change))
    }

    static var all: [Golden] {
        [
            golden("nat") { _ in },
            golden("isolated") {
                $0.mode = .isolated
                $0.dnsHosts = []
            },
            golden("routed") { $0.mode = .routed },
            golden("mtu-domain") {
                $0.mtu = 9000
                $0.domain = "demo.internal"
            },
            golden("dhcp") {
                $0.dhcp = .init(
                    range: .init(first: "192.168.56.100", last: "192.168.56.200"),
                    reservations: [.init(mac: "52:54:00:AA:BB:CC", name: "node7", address: "192.168.56.17")])
            },
            golden("reservations") {
                $0.dhcp = .init(
                    range: nil,
                    reservations: [
                        .init(mac: "52:54:00:00:00:02", name: "b", address: "192.168.56.22"),
                        .init(mac: "52:54:00:00:00:01", name: "a", address: "192.168.56.21"),
                    ])
            },
        ]
    }
}
