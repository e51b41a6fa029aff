import Testing

@testable import Clusterfiles

@Suite struct ByteCountTests {
    @Test(arguments: [
        ("3GiB", 3 << 30), ("1.5GiB", 3 << 29), ("512MiB", 512 << 20), ("1TiB", 1 << 40), ("30 GiB", 30 << 30),
        ("0GiB", 0),
    ])
    func readsASize(text: String, bytes: Int) {
        #expect(ByteCount(text)?.bytes == bytes)
    }

    @Test(arguments: [
        "", "GiB", "3", "3GB", "3G", "-1GiB", "+1GiB", "1e3MiB", "0.5MiB", "1.0000001GiB", "NaNGiB", "infGiB", "1,5GiB",
        "99999999999TiB", "3GiBs", "3gib", "512KiB", "1.2.3GiB", "0x1GiB", ".GiB",
    ])
    func refuses(text: String) {
        #expect(ByteCount(text) == nil)
    }

    @Test func writesTheLargestWholeUnitAndReadsItBack() {
        #expect(ByteCount.gibibytes(3).description == "3GiB")
        #expect(ByteCount.mebibytes(1536).description == "1536MiB")
        #expect(ByteCount.mebibytes(3072).description == "3GiB")
        #expect(ByteCount.gibibytes(2048).description == "2TiB")
        for count in stride(from: 1, to: 100_000, by: 37) {
            let size = ByteCount.mebibytes(count)
            #expect(ByteCount(size.description) == size)
        }
    }
}

@Suite struct IPv4Tests {
    @Test(arguments: ["0.0.0.0", "192.168.56.11", "255.255.255.255", "10.0.0.1"])
    func anAddressReadsBack(text: String) {
        #expect(IPv4Address(text)?.description == text)
    }

    @Test(arguments: [
        "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.-4", "1.2.3.4 ", "a.b.c.d", "1..2.3", "+1.2.3.4",
    ])
    func isNoAddress(text: String) {
        #expect(IPv4Address(text) == nil)
    }

    @Test(arguments: ["0.0.0.0/0", "10.0.0.0/8", "192.168.56.0/24", "192.168.56.11/32"])
    func aNetworkReadsBack(text: String) {
        #expect(IPv4Network(text)?.description == text)
    }

    @Test(arguments: [
        "10.0.0.0", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8/8", "/8", "10.0.0.0/008",
    ])
    func isNoNetwork(text: String) {
        #expect(IPv4Network(text) == nil)
    }

    @Test func aNetworkKnowsItsEdges() throws {
        let network = try #require(IPv4Network("192.168.56.0/24"))
        #expect(network.netmask.description == "255.255.255.0")
        #expect(network.broadcast.description == "192.168.56.255")
        #expect(network.host.description == "192.168.56.1")
        #expect(
            network.contains(network.broadcast) && !network.contains(IPv4Address(number: network.broadcast.number + 1)))
    }

    @Test func addressesCountUpAndEnd() {
        #expect(IPv4Address("10.0.0.255")?.advanced(by: 1)?.description == "10.0.1.0")
        #expect(IPv4Address("255.255.255.255")?.advanced(by: 1) == nil)
        #expect(IPv4Address("0.0.0.0")?.advanced(by: -1) == nil)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.96.0.0/12", true), ("10.96.0.0/12", "10.0.0.0/8", true),
        ("10.0.0.0/24", "10.0.1.0/24", false),
        ("0.0.0.0/0", "192.168.0.0/16", true), ("192.168.56.0/24", "192.168.56.128/25", true),
    ])
    func overlapIsSeenFromBothSides(left: String, right: String, overlaps: Bool) throws {
        let (left, right) = (try #require(IPv4Network(left)), try #require(IPv4Network(right)))
        #expect(left.overlaps(right) == overlaps)
        #expect(right.overlaps(left) == overlaps)
    }
}

@Suite struct ClusterUUIDTests {
    @Test func isReadInLowerCase() {
        #expect(ClusterUUID("2ED6657D-E927-568B-95E1-2665A8AEA6A2")?.text == "2ed6657d-e927-568b-95e1-2665a8aea6a2")
        for wrong in ["", "2ed6657d", "2ed6657d-e927-568b-95e1-2665a8aea6a", "2ed6657d-e927-568b-95e1-2665a8aea6ag"] {
            #expect(ClusterUUID(wrong) == nil)
        }
    }

    @Test func aMachinesUUIDIsOfVersionEight() {
        let text = clusterUUID.domainUUID(ofMachine: "a")
        #expect(ClusterUUID(text)?.text == text)
        let digits = Array(text)
        #expect(digits[14] == "8" && "89ab".contains(digits[19]))
    }
}
