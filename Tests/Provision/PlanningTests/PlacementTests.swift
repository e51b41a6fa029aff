import Diagnostics
import Testing

@testable import Clusterfiles
@testable import Planning

/// Two hypervisors, and machines that say only what the test is about.
private func cluster(_ machines: String) throws -> ClusterSpec {
    try parse(
        """
        cluster: kube
        network: {address: 10.0.0.0/24}
        hypervisors:
          - {name: a, uri: "qemu+ssh://a/system"}
          - {name: b, uri: "qemu+ssh://b/system"}
        defaults: {image: debian-12, cpus: 1, memory: 1GiB}
        machines:
        \(machines)
        """)
}

private func room(
    _ name: String, _ gibibytes: Int, cpus: Int? = nil, _ machines: [MachineSnapshot] = []
) -> HypervisorRoom {
    HypervisorRoom(name: name, cpus: cpus, memory: .gibibytes(gibibytes), machines: machines)
}

/// A machine of the cluster, or of nobody's, that is there.
private func there(_ machine: String, of spec: ClusterSpec?, gibibytes: Int = 1) -> MachineSnapshot {
    MachineSnapshot(
        domainName: "kube_\(machine)", domainUUID: spec?.uuid.domainUUID(ofMachine: machine) ?? "1",
        owner: spec?.uuid, machine: spec == nil ? nil : machine, specHash: nil, state: .running,
        defined: MachineHardware(
            processors: 1, maximumProcessors: 1, memory: .gibibytes(gibibytes), maximumMemory: .gibibytes(gibibytes)))
}

@Suite struct PlacementTests {
    @Test func theLargestGoesWhereMostIsLeft() throws {
        let spec = try cluster(
            """
              - {name: small, address: 10.0.0.11}
              - {name: large, address: 10.0.0.12, memory: 6GiB}
              - {name: middle, address: 10.0.0.13, memory: 3GiB}
            """)
        #expect(try place(spec, on: [room("a", 8), room("b", 6)]) == ["large": "a", "middle": "b", "small": "b"])
    }

    @Test func aMachineStaysWhereItIsAndGoesWhereItIsPinned() throws {
        let spec = try cluster(
            """
              - {name: old, address: 10.0.0.11}
              - {name: pinned, address: 10.0.0.12, on: b}
              - {name: moved, address: 10.0.0.13, on: a}
            """)
        let rooms = [room("a", 16), room("b", 4, [there("old", of: spec), there("moved", of: spec)])]
        #expect(try place(spec, on: rooms) == ["old": "b", "pinned": "b", "moved": "a"])
    }

    @Test func othersMachinesTakeRoom() throws {
        let spec = try cluster("  - {name: m, address: 10.0.0.11, memory: 2GiB}")
        let rooms = [room("a", 8, [there("x", of: nil, gibibytes: 7)]), room("b", 3)]
        #expect(try place(spec, on: rooms) == ["m": "b"])
    }

    @Test func processorsAreALimitOnlyWhereTheFileSaysSo() throws {
        let spec = try cluster("  - {name: m, address: 10.0.0.11, cpus: 4}")
        #expect(try place(spec, on: [room("a", 8, cpus: 3), room("b", 4)]) == ["m": "b"])
    }

    @Test func mastersAreSpread() throws {
        var spec = try cluster(
            """
              - {name: m1, address: 10.0.0.11, role: master}
              - {name: m2, address: 10.0.0.12}
              - {name: m3, address: 10.0.0.13}
            """)
        spec = spec.changing { $0.role = .master }
        let places = try place(spec, on: [room("a", 64), room("b", 8), room("c", 4)])
        #expect(Set(places.values) == ["a", "b", "c"])
    }

    @Test func everyMachineThatFitsNowhereIsToldWithWhatIsLeft() throws {
        let spec = try cluster(
            """
              - {name: one, address: 10.0.0.11, memory: 5GiB}
              - {name: two, address: 10.0.0.12, memory: 5GiB}
              - {name: three, address: 10.0.0.13, memory: 5GiB}
            """)
        let error = #expect(throws: Diagnoses.self) {
            try place(spec, on: [room("a", 4), room("b", 6, cpus: 8)])
        }
        #expect(
            error?.all.map(\.what) == [
                "machine 'two' fits on no hypervisor", "machine 'three' fits on no hypervisor",
            ])
        #expect(
            error?.all[0].why
                == "it wants 5GiB and 1 CPU; a has 4GiB left, b has 1GiB and 7 CPUs left")
    }

    @Test func aHypervisorThatIsTooSmallForWhatHasToBeThereIsTold() throws {
        let spec = try cluster("  - {name: m, address: 10.0.0.11, memory: 5GiB, on: a}")
        let error = #expect(throws: Diagnoses.self) { try place(spec, on: [room("a", 4), room("b", 64)]) }
        #expect(error?.all.map(\.what) == ["hypervisor 'a' is too small"])
    }

    @Test func onlyTheClustersOwnNetworkSpansHypervisors() throws {
        let spec = try parse(
            """
            cluster: kube
            network: {address: 10.0.0.0/24}
            networks: [{name: storage, address: 10.1.0.0/24}]
            hypervisors: [{name: a, uri: "qemu+ssh://a/system"}, {name: b, uri: "qemu+ssh://b/system"}]
            defaults: {image: debian-12, memory: 1GiB}
            machines:
              - {name: m, address: 10.0.0.11, on: a, interfaces: [{network: storage}]}
              - {name: n, address: 10.0.0.12, on: b, interfaces: [{network: storage}]}
            """)
        let error = #expect(throws: Diagnoses.self) { try place(spec, on: [room("a", 4), room("b", 4)]) }
        #expect(error?.all.map(\.what) == ["the network 'storage' would be divided"])
    }

    @Test func aMachineThatMovesIsRemovedWhereItWasAndKeepsItsNameInTheOthersNetwork() throws {
        let spec = try cluster(
            """
              - {name: stays, address: 10.0.0.11, on: a}
              - {name: moves, address: 10.0.0.12, on: b}
            """)
        var model = LibvirtModel(snapshot: ClusterSnapshot(), spec: spec)
        for step in try planUp(spec, baseVolumes: baseVolumes, observed: model.snapshot).steps {
            try model.apply(step.action)
        }
        let here = spec.part(["stays"])
        let plan = try planUp(here, baseVolumes: baseVolumes, observed: model.snapshot).on("a")
        #expect(plan.machines == ["moves"] && plan.losses(replacing: ["moves"]).isEmpty && !plan.losses().isEmpty)
        #expect(plan.steps.allSatisfy { $0.id.hasPrefix("a/") && $0.after.allSatisfy { $0.hasPrefix("a/") } })
        #expect(plan.words.allSatisfy { $0.contains(" on a: the Clusterfile wants it on another hypervisor") })
        #expect(here.dnsHosts(of: here.network).map(\.names) == [["stays"], ["moves"]])
    }

    @Test func aHypervisorWithoutMachinesHasNoNetwork() throws {
        let spec = try cluster("  - {name: m, address: 10.0.0.11, on: a}")
        #expect(try planUp(spec.part([]), baseVolumes: [:], observed: ClusterSnapshot()).isEmpty)
        var model = LibvirtModel(snapshot: ClusterSnapshot(), spec: spec)
        for step in try planUp(spec, baseVolumes: baseVolumes, observed: model.snapshot).steps {
            try model.apply(step.action)
        }
        let plan = try planUp(spec.part([]), baseVolumes: [:], observed: model.snapshot)
        for step in plan.steps { try model.apply(step.action) }
        #expect(model.snapshot.networks.isEmpty && model.snapshot.machines.isEmpty)
    }
}
