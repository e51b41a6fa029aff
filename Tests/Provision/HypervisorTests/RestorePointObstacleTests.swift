import Testing

@testable import Hypervisor

/// What libvirt's description of a machine says against saving it.
struct RestorePointObstacleTests {
    private func domain(_ devices: String, os: String = "<os><type>hvm</type></os>") -> DomainSnapshot {
        DomainSnapshot(
            name: "d", uuid: "", state: .running, metadata: nil,
            xml: "<domain>\(os)<devices>\(devices)</devices></domain>")
    }

    private static let disk = "<disk type='file' device='disk'><driver type='qcow2'/><target dev='vda'/></disk>"

    @Test func `our own machines can be saved`() throws {
        let own = DomainSnapshot(name: "d", uuid: "", state: .running, metadata: nil, xml: Samples.domain().xml)
        for content in [RestorePointSnapshot.Content.disks, .disksAndMemory] {
            #expect(try own.restorePointObstacles(to: content) == [])
        }
    }

    @Test(arguments: [
        (
            "<filesystem type='mount'><driver type='virtiofs'/><source dir='/srv'/><target dir='work'/></filesystem>",
            RestorePointObstacle.sharedFolder(tag: "work", driver: "virtiofs")
        ),
        (
            "<filesystem type='mount' accessmode='mapped'><source dir='/srv'/><target dir='old'/></filesystem>",
            .sharedFolder(tag: "old", driver: "path")
        ),
        (
            """
            <hostdev mode='subsystem' type='pci' managed='yes'><source>
              <address domain='0x0000' bus='0x1a' slot='0x00' function='0x1'/></source></hostdev>
            """, .passthrough(device: "pci device 0000:1a:00.1")
        ),
        (
            "<hostdev mode='subsystem' type='usb'><source><vendor id='0x1'/></source></hostdev>",
            .passthrough(device: "usb device")
        ),
        (
            "<interface type='hostdev'><mac address='52:54:00:00:00:01'/></interface>",
            .passthrough(device: "network card 52:54:00:00:00:01")
        ),
    ])
    func `what the host holds a part of cannot be saved with its memory, but off`(
        device: String, obstacle: RestorePointObstacle
    ) throws {
        let domain = domain(Self.disk + device)
        #expect(try domain.restorePointObstacles(to: .disksAndMemory) == [obstacle])
        #expect(try domain.restorePointObstacles(to: .disks) == [])
    }

    @Test(arguments: [
        (
            "<disk device='disk'><driver type='raw'/><target dev='vdb'/></disk>",
            [RestorePointObstacle.unversionedDisk(target: "vdb", format: "raw")]
        ),
        (
            "<disk device='disk' snapshot='no'><driver type='qcow2'/><target dev='vdb'/></disk>",
            [.excludedDisk(target: "vdb")]
        ),
        ("<disk device='disk'><driver type='raw'/><target dev='vdb'/><readonly/></disk>", []),
        ("<disk device='cdrom'><driver type='raw'/><target dev='sda'/></disk>", []),
    ])
    func `a disk that is written to has to keep states, on or off`(
        disk: String, obstacles: [RestorePointObstacle]
    ) throws {
        for content in [RestorePointSnapshot.Content.disks, .disksAndMemory] {
            #expect(try domain(Self.disk + disk).restorePointObstacles(to: content) == obstacles)
        }
    }

    @Test(arguments: ["<os firmware='efi'/>", "<os><loader type='pflash'>/f</loader></os>"])
    func `UEFI cannot be saved with memory`(os: String) throws {
        #expect(try domain(Self.disk, os: os).restorePointObstacles(to: .disksAndMemory) == [.firmware])
        #expect(try domain(Self.disk, os: os).restorePointObstacles(to: .disks) == [])
    }
}
