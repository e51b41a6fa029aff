import Addresses
import Linux
import Testing

@testable import PodNetwork

@Suite struct RouteChangesTests {
    private func peer(_ range: String, _ address: String) throws -> PodNetworkPeer {
        PodNetworkPeer(range: try #require(IPv4Network(range)), nodeAddress: try #require(IPv4Address(address)))
    }

    private func route(_ range: String, _ gateway: String, by: UInt8 = RouteChanges.routingProtocol) throws
        -> NetworkRoute
    {
        NetworkRoute(destination: try #require(IPv4Network(range)), gateway: IPv4Address(gateway), routingProtocol: by)
    }

    @Test func `adds what is missing, replaces what leads elsewhere, removes what leads to no peer`() throws {
        let changes = try RouteChanges(
            wanted: [
                peer("10.244.1.0/24", "192.168.56.21"), peer("10.244.2.0/24", "192.168.56.22"),
                peer("10.244.3.0/24", "192.168.56.23"),
            ],
            present: [
                route("10.244.1.0/24", "192.168.56.21"), route("10.244.2.0/24", "192.168.56.99"),
                route("10.244.7.0/24", "192.168.56.27"),
            ])
        #expect(try changes.set == [route("10.244.2.0/24", "192.168.56.22"), route("10.244.3.0/24", "192.168.56.23")])
        #expect(try changes.remove == [route("10.244.7.0/24", "192.168.56.27")])
    }

    @Test func `leaves other people's routes alone`() throws {
        let changes = try RouteChanges(wanted: [], present: [route("10.244.7.0/24", "192.168.56.27", by: 4)])
        #expect(changes.remove.isEmpty && changes.set.isEmpty)
    }

    @Test func `finds nothing to do the second time`() throws {
        let peers = try [peer("10.244.1.0/24", "192.168.56.21"), peer("10.244.2.0/24", "192.168.56.22")]
        let first = RouteChanges(wanted: peers, present: [])
        let second = RouteChanges(wanted: peers, present: first.set)
        #expect(second.set.isEmpty && second.remove.isEmpty)
    }
}
