import Addresses
import Clusterfiles
import Diagnostics
import Testing

@testable import Planning

@Suite struct PlanningConflictTests {
    private func conflicts(_ observed: ClusterSnapshot, _ volumes: [String: String] = baseVolumes) throws -> String {
        let spec = try parse(small)
        let thrown = #expect(throws: Diagnoses.self) {
            try planUp(spec, baseVolumes: volumes, observed: observed)
        }
        return try #require(thrown).description
    }

    private let range = IPv4Network(containing: IPv4Address(number: 0x0A00_0000), prefixLength: 16)

    @Test func aRangeThatTheHostUsesNamesTheInterface() throws {
        let interface = ClusterSnapshot.HostInterface(name: "vboxnet0", range: range)
        #expect(
            try conflicts(ClusterSnapshot(hostInterfaces: [interface])) == """
                Clusterfile:2:20: the network 10.0.0.0/24 is in use on this host: its interface vboxnet0 has 10.0.0.0/16
                  fix: choose another range for 'network: address:' and the machines, or take that interface down
                """)
    }

    @Test func theBridgeOfAnotherNetworkIsSaidToBeOne() throws {
        let network = ClusterSnapshot.Network(
            name: "default", owner: nil, bridge: "virbr0", isActive: true)
        let bridge = ClusterSnapshot.HostInterface(name: "virbr0", range: range)
        let text = try conflicts(ClusterSnapshot(networks: [network], hostInterfaces: [bridge]))
        #expect(text.contains("its interface virbr0 has 10.0.0.0/16, as the bridge of libvirt's network 'default'"))
    }

    @Test func aBridgeThatAnotherNetworkHasIsRefused() throws {
        let bridge = try parse(small).network.bridge
        let network = ClusterSnapshot.Network(
            name: "mine", owner: nil, bridge: bridge, isActive: false)
        #expect(
            try conflicts(ClusterSnapshot(networks: [network])) == """
                libvirt's network 'mine' has the bridge \(bridge): the cluster's network has that bridge
                  fix: rename the cluster: its bridge's name follows from its own
                """)
    }

    @Test func theClustersOwnBridgeIsNoConflict() throws {
        var observed = try brought(up: small)
        let bridge = try #require(observed.networks.first?.bridge)
        observed.hostInterfaces = [ClusterSnapshot.HostInterface(name: bridge, range: range)]
        #expect(try plan(small, observed).isEmpty)
        // What came to be beside a network that runs is no reason to fail now.
        observed.hostInterfaces.append(ClusterSnapshot.HostInterface(name: "eth7", range: range))
        #expect(try plan(small, observed).isEmpty)
        observed.hostInterfaces.removeLast()
        observed.networks[0].isActive = false
        #expect(try !plan(small, observed).isEmpty)
    }

    @Test func namesThatOthersHaveAreAllSaidAtOnce() throws {
        let observed = ClusterSnapshot(
            networks: [
                ClusterSnapshot.Network(
                    name: "clusterfile_kube", owner: theirs, bridge: nil, isActive: false)
            ],
            machines: ["kube-master1", "kube-node1"].map {
                MachineSnapshot(
                    domainName: "kube_\($0)", domainUUID: "1", owner: nil, machine: nil, specHash: nil, state: .running)
            })
        #expect(
            try conflicts(observed, [:]) == """
                libvirt has a network 'clusterfile_kube' that is not this cluster's: the cluster's network has that name
                  fix: rename the cluster, or remove that network with 'virsh net-undefine clusterfile_kube'
                libvirt has a domain 'kube_kube-master1' that is not this cluster's: the machine 'kube-master1' has that name there
                  fix: rename the cluster or the machine, or rename that domain with 'virsh domrename kube_kube-master1 NAME'
                libvirt has a domain 'kube_kube-node1' that is not this cluster's: the machine 'kube-node1' has that name there
                  fix: rename the cluster or the machine, or rename that domain with 'virsh domrename kube_kube-node1 NAME'
                the image 'debian-12' is not built: the machines' disks are overlays of it
                  fix: build it with: clusterfile image build debian-12
                """)
    }

    @Test func aMachineThatSomeoneRenamedIsNotMadeASecondTime() throws {
        var observed = try brought(up: small)
        observed.machines[1].domainName = "mine"
        #expect(
            try conflicts(observed) == """
                the machine 'kube-node1' is called 'mine' in libvirt: someone renamed it from 'kube_kube-node1'
                  fix: give it its name back with 'virsh domrename mine kube_kube-node1'
                """)
        #expect(
            planDown(of: ours, observed: observed).words.contains(
                "- remove the machine kube-node1: the cluster is taken down (destroys data)"))
    }
}
