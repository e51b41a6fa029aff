import Testing

@testable import Addresses

@Suite struct IPv4Tests {
    @Test(arguments: ["0.0.0.0", "10.244.1.255", "255.255.255.255"])
    func `reads and writes addresses`(text: String) {
        #expect(IPv4Address(text)?.description == text)
    }

    @Test(arguments: ["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.+4", "a.b.c.d", " 1.2.3.4"])
    func `refuses what is no address`(text: String) {
        #expect(IPv4Address(text) == nil)
    }

    @Test(arguments: ["10.244.0.1/16", "10.244.0.0", "10.244.0.0/33", "10.244.0.0/-1"])
    func `refuses ranges with host bits or a bad length`(text: String) {
        #expect(IPv4Network(text) == nil)
    }

    @Test func `knows what a range holds and overlaps`() throws {
        let node = try #require(IPv4Network("10.244.3.0/24"))
        let cluster = try #require(IPv4Network("10.244.0.0/16"))
        let other = try #require(IPv4Network("10.245.0.0/16"))
        #expect(node.overlaps(cluster) && cluster.overlaps(node) && !other.overlaps(cluster))
        #expect(node.contains(try #require(IPv4Address("10.244.3.255"))))
        #expect(!node.contains(try #require(IPv4Address("10.244.4.0"))))
        #expect(node.address(at: 1).description == "10.244.3.1" && node.count == 256)
        #expect(try #require(IPv4Network("0.0.0.0/0")).contains(try #require(IPv4Address("8.8.8.8"))))
    }

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
