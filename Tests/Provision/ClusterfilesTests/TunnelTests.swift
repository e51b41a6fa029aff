import Diagnostics
import Testing

@testable import Clusterfiles

@Suite struct TunnelTests {
    private func spec(hypervisors: String, count: Int = 200) throws -> ClusterSpec {
        try parse(
            """
            cluster: kube
            network: {address: 10.0.0.0/16}
            hypervisors: \(hypervisors)
            machines:
              - {name: "m{}", count: \(count), address: 10.0.1.0, image: debian-12}
            """)
    }

    private let two = "[{name: a, uri: \"qemu+ssh://a/system\"}, {name: b, uri: \"qemu+ssh://b/system\"}]"

    @Test func eachMachineHasAPortAndAddressesOfItsOwn() throws {
        let tunnels = try spec(hypervisors: two).machines.compactMap(\.tunnel)
        #expect(tunnels.count == 200)
        #expect(Set(tunnels.map(\.port)).count == 200)
        #expect(tunnels.allSatisfy { MachineSpec.Tunnel.ports.contains($0.port) })
        #expect(Set(tunnels.flatMap { [$0.cardAddress, $0.macAddress] }).count == 400)
        #expect(Set(tunnels.map(\.address)).count == 200)
    }

    @Test func theAddressIsTheMachinesOwnBehindTheClustersPrefix() throws {
        let spec = try spec(hypervisors: two, count: 1)
        let end = try #require(spec.machines[0].tunnel)
        #expect(end.address == spec.uuid.tunnelPrefix + ":0:0:a00:100")
        #expect(spec.uuid.tunnelPrefix.hasPrefix("fd") && spec.uuid.tunnelPrefix.split(separator: ":").count == 4)
    }

    @Test func oneHypervisorNeedsNoTunnels() throws {
        let spec = try spec(hypervisors: "[{name: a, uri: \"qemu:///system\"}]", count: 1)
        #expect(spec.machines[0].tunnel == nil)
    }

    @Test func aMachineThatGetsATunnelIsDefinedAnewAndKeepsItsDisk() throws {
        let one = try spec(hypervisors: "[{name: a, uri: \"qemu:///system\"}]", count: 1).machines[0]
        let both = try spec(hypervisors: two, count: 1).machines[0]
        #expect(one.specHash.system == both.specHash.system && one.specHash.hardware != both.specHash.hardware)
    }
}
