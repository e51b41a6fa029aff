import Addresses
import Linux
import Testing

@testable import PodNetwork

/// With a network namespace in the node's place: the tests need root, and fail without it.
@Suite(.timeLimit(.minutes(2))) struct PodNetworkTests {
    @Test func `connects pods with each other and with the node, and leaves nothing when they go`() async throws {
        let node = try TestNode()
        defer { node.end() }
        let network = try PodNetwork(configuration: node.configuration)
        try await network.reconcile(peers: [])
        let first = try await network.attach("pod-a")
        let second = try await network.attach("pod-b")
        #expect(first.address == IPv4Address("10.99.5.2") && second.address == IPv4Address("10.99.5.3"))
        #expect(try await network.attach("pod-a") == first)

        try node.expectReachable(from: first.namespacePath, to: "\(second.address)")
        try node.expectReachable(from: first.namespacePath, to: "10.99.5.1")
        try node.expectReachable(from: first.namespacePath, to: "\(first.address)")
        let ports = try Program.run(["bridge", "-d", "link"], in: node.namespace).output
        #expect(ports.occurrences(of: "hairpin on") == 2, "a pod reaches itself by a service")

        try await network.detach("pod-a")
        try await network.detach("pod-a")
        try await network.collectGarbage(keeping: [])
        var socket = try NetlinkSocket(in: node.namespace)
        #expect(try socket.links().map(\.name) == ["cf0", "lo"])
        #expect(try FileSystem.names(in: node.configuration.namespaceFolder).isEmpty)
        try await network.remove()
        #expect(try socket.links().map(\.name) == ["lo"])
    }

    @Test func `makes the routes to its peers and only touches its own`() async throws {
        let node = try TestNode()
        defer { node.end() }
        let network = try PodNetwork(configuration: node.configuration)
        try await network.reconcile(peers: [])
        var socket = try NetlinkSocket(in: node.namespace)
        let bridge = try #require(try socket.link("cf0"))
        // The bridge's own range stands for the network that the nodes share.
        let foreign = NetworkRoute(
            destination: try #require(IPv4Network("10.99.77.0/24")), gateway: IPv4Address("10.99.5.9"),
            link: bridge.index,
            routingProtocol: 4)
        try socket.replace(foreign)
        let peer = PodNetworkPeer(
            range: try #require(IPv4Network("10.99.6.0/24")), nodeAddress: try #require(IPv4Address("10.99.5.8")))
        try await network.reconcile(peers: [peer])
        #expect(try socket.routes(routingProtocol: RouteChanges.routingProtocol).map(\.gateway) == [peer.nodeAddress])
        try await network.reconcile(peers: [])
        #expect(try socket.routes(routingProtocol: RouteChanges.routingProtocol).isEmpty)
        #expect(try socket.routes(routingProtocol: 4) == [foreign])
    }

    @Test func `says which peer it cannot reach and serves the others`() async throws {
        let node = try TestNode()
        defer { node.end() }
        let network = try PodNetwork(configuration: node.configuration)
        let near = PodNetworkPeer(
            range: try #require(IPv4Network("10.99.6.0/24")), nodeAddress: try #require(IPv4Address("10.99.5.8")))
        let far = PodNetworkPeer(
            range: try #require(IPv4Network("10.99.4.0/24")), nodeAddress: try #require(IPv4Address("203.0.113.9")))
        await #expect(throws: PodNetworkError.self) { try await network.reconcile(peers: [far, near]) }
        var socket = try NetlinkSocket(in: node.namespace)
        #expect(try socket.routes(routingProtocol: RouteChanges.routingProtocol).map(\.destination) == [near.range])
    }

    @Test func `masquerades what leaves the cluster`() async throws {
        let node = try TestNode()
        defer { node.end() }
        let network = try PodNetwork(configuration: node.configuration)
        try await network.reconcile(peers: [])
        try await network.settle()
        let rules = try Program.run(["nft", "list", "table", "ip", "clusterfile"], in: node.namespace).output
        #expect(rules.contains("ip saddr 10.99.5.0/24 ip daddr != 10.99.0.0/16 ip daddr != 224.0.0.0/4 masquerade"))
    }

    @Test func `names links by pod, within the kernel's 15 characters`() {
        let name = PodNetwork.linkName("3f2c7c1e-95cf-4d3a-8a6d-0d4f9a3a7f10")
        #expect(name.utf8.count == 14 && name.hasPrefix("cf"))
        #expect(name != PodNetwork.linkName("3f2c7c1e-95cf-4d3a-8a6d-0d4f9a3a7f11"))
    }
}

/// A network namespace that stands for a node, with folders of its own.
struct TestNode {
    let folder = "/tmp/cf-\(UInt32.random(in: 0 ... .max))"
    var namespace: NetworkNamespace { NetworkNamespace(path: folder + "/node") }
    var configuration: PodNetworkConfiguration {
        let gateway = IPv4Address(number: 0x0a63_0501)
        return PodNetworkConfiguration(
            nodeRange: IPv4Network(containing: gateway, prefixLength: 24),
            clusterRange: IPv4Network(containing: gateway, prefixLength: 16),
            addressFolder: folder + "/addresses", namespaceFolder: folder + "/pods", nodeNamespace: namespace)
    }

    init() throws {
        try FileSystem.makeFolder(folder)
        try namespace.make()
    }

    func end() {
        for name in (try? FileSystem.names(in: folder + "/pods")) ?? [] {
            try? NetworkNamespace(path: folder + "/pods/" + name).remove()
        }
        try? namespace.remove()
        try? FileSystem.remove(folder)
    }

    /// Sends one UDP packet there and one back, without any program's help: a connection refused is an answer too.
    func expectReachable(from path: String, to address: String, sourceLocation: SourceLocation = #_sourceLocation)
        throws
    {
        let outcome = try Program.run(
            ["bash", "-c", "exec 3<>/dev/tcp/\(address)/9"], in: NetworkNamespace(path: path))
        #expect(outcome.output.contains("Connection refused"), sourceLocation: sourceLocation)
    }
}

extension String {
    /// How often a text occurs.
    fileprivate func occurrences(of text: String) -> Int {
        var count = 0
        var rest = self[...]
        while let range = rest.firstRange(of: text) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
