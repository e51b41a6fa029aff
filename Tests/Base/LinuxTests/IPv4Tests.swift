import Testing

@testable import Linux

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
        #expect(IPv4Prefix(text) == nil)
    }

    @Test func `knows what a range holds and overlaps`() throws {
        let node = try #require(IPv4Prefix("10.244.3.0/24"))
        let cluster = try #require(IPv4Prefix("10.244.0.0/16"))
        let other = try #require(IPv4Prefix("10.245.0.0/16"))
        #expect(node.overlaps(cluster) && cluster.overlaps(node) && !other.overlaps(cluster))
        #expect(node.contains(try #require(IPv4Address("10.244.3.255"))))
        #expect(!node.contains(try #require(IPv4Address("10.244.4.0"))))
        #expect(node.address(at: 1).description == "10.244.3.1" && node.count == 256)
        #expect(try #require(IPv4Prefix("0.0.0.0/0")).contains(try #require(IPv4Address("8.8.8.8"))))
    }
}
