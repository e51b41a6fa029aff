import Testing

@testable import Hypervisor

struct DomainHardwareTests {
    @Test(arguments: [
        ("0", [0]), ("0-3", [0, 1, 2, 3]), ("1,3", [1, 3]), ("0-3,^1,7", [0, 2, 3, 7]),
    ])
    func setsOfProcessorsAreRead(text: String, list: [Int]) {
        let numbers = Set(list)
        #expect(ProcessorSet.numbers(text) == numbers)
        #expect(ProcessorSet.numbers(ProcessorSet.text(numbers)) == numbers)
    }

    @Test(arguments: ["x", "1-", "3-1", "1-2-3", "0-99999999999"])
    func whatIsNoSetOfProcessorsIsNil(text: String) {
        #expect(ProcessorSet.numbers(text) == nil)
    }

    @Test func aSetIsWrittenAsRanges() {
        #expect(ProcessorSet.text([7, 0, 2, 1, 9, 8]) == "0-2,7-9")
    }

    @Test(arguments: [
        ("0000:01:00.0", "0000:01:00.0"), ("c1:1f.7", "0000:c1:1f.7"), ("000a:00:02.1", "000a:00:02.1"),
    ])
    func addressesOnThePCIBusAreRead(text: String, written: String) {
        #expect(DomainHardware.PCIAddress(text)?.description == written)
    }

    @Test(arguments: ["", "01:00", "1:2:3:4.0", "01:20.0", "01:00.8", "100:00.0", "01:00.", "gg:00.0", "-1:00.0"])
    func whatIsNoAddressOnThePCIBusIsNil(text: String) {
        #expect(DomainHardware.PCIAddress(text) == nil)
    }

    @Test func sizesOfMemoryAreWholeMebibytesAndTheMaximumIsNoLess() {
        let memory = DomainHardware.Memory(bytes: 1_000_000_000, maximumBytes: 1)
        #expect(memory.bytes == 954 << 20)
        #expect(memory.maximumBytes == memory.bytes)
    }

    @Test func aDiskGetsTheFirstNameThatIsFree() {
        let names = (0..<28).map { DomainHardware.Disk.Device.disk.freeTarget(taken: Set(Samples.names.prefix($0))) }
        #expect(names == Samples.names)
        #expect(DomainHardware.Disk.Device.disk.freeTarget(taken: ["vda", "vdc", "hda"]) == "vdb")
        #expect(DomainHardware.Disk.Device.cdrom.freeTarget(taken: ["vda", "hda"]) == "hdb")
    }

    @Test func disksAreReadInTheOrderOfTheirNames() throws {
        let spec = Samples.domain {
            $0.disks = (0..<28).map { .init(path: "/\($0)", format: .raw, access: .readWrite) }
        }
        var element = spec.element
        let devices = try #require(element.children.firstIndex { $0.name == "devices" })
        element.children[devices].children.reverse()
        #expect(DomainHardware(in: element) == spec.hardware)
    }

    @Test func devicesThatWereAttachedInAnotherOrderAreTheSameWhenSorted() {
        var other = Samples.hardware
        other.disks.reverse()
        #expect(other != Samples.hardware)
        #expect(other.withSortedDevices == Samples.hardware.withSortedDevices)
    }

    @Test(arguments: [
        "<domain/>",
        "<domain><devices><disk device='floppy'/><interface type='user'/><hostdev type='usb'/></devices></domain>",
    ])
    func whatThisProjectNeverMakesIsReadAsFarAsItGoes(xml: String) throws {
        let hardware = DomainHardware(in: try XMLReader.read(xml))
        #expect(hardware.disks.isEmpty && hardware.interfaces.isEmpty && hardware.pciDevices.isEmpty)
        #expect(hardware.processors.model == .named(""))
    }
}
