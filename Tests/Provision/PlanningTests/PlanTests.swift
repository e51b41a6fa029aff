import Addresses
import Clusterfiles
import Diagnostics
import JSON
import Testing

@testable import Planning

private let small = """
    cluster: kube
    network: {address: 10.0.0.0/24}
    defaults: {image: debian-12}
    machines:
      - {name: kube-master1, address: 10.0.0.11, role: master}
      - {name: kube-node1, address: 10.0.0.21, role: node}
    """

/// What is there after an `up` of a Clusterfile.
private func brought(up text: String) throws -> ClusterSnapshot {
    let spec = try parse(text)
    var model = LibvirtModel(snapshot: ClusterSnapshot(), spec: spec)
    for step in try planUp(spec, baseVolumes: baseVolumes, observed: model.snapshot).steps {
        try model.apply(step.action)
    }
    return model.snapshot
}

private func plan(_ text: String, _ observed: ClusterSnapshot) throws -> Plan {
    try planUp(try parse(text), baseVolumes: baseVolumes, observed: observed)
}

@Suite struct PlanTests {
    @Test func fromNothingEverythingIsMadeAndEachStepSaysWhy() throws {
        #expect(
            try plan(small, ClusterSnapshot()).words == [
                "upload the image debian-12: the pool has no volume of it",
                "create the network clusterfile_kube: there is no network of that name",
                "start the network clusterfile_kube: machines need it",
                "create the disk of kube-master1: it has none",
                "write the keys of kube-master1: it has none",
                "define the machine kube-master1: there is no domain of that name",
                "start the machine kube-master1: there is no domain of that name",
                "create the disk of kube-node1: it has none",
                "write the keys of kube-node1: it has none",
                "define the machine kube-node1: there is no domain of that name",
                "start the machine kube-node1: there is no domain of that name",
            ])
    }

    @Test func machinesAreBuiltSideBySide() throws {
        let plan = try plan(small, ClusterSnapshot())
        let ready = plan.ready(done: []).map(\.action.words)
        #expect(
            ready == [
                "upload the image debian-12", "create the network clusterfile_kube", "write the keys of kube-master1",
                "write the keys of kube-node1",
            ])
        let started = Set(plan.ready(done: []).prefix(2).map(\.id))
        #expect(plan.ready(done: [], started: started).count == 2)
        #expect(plan.machines == ["kube-master1", "kube-node1"])
    }

    @Test func moreMemoryNeedsARestartAndKeepsTheDisk() throws {
        let changed = small.replacing("node1, ", with: "node1, memory: 2GiB, ")
        let plan = try plan(changed, try brought(up: small))
        #expect(
            plan.words == [
                "shut down the machine kube-node1: the Clusterfile wants other CPUs or memory for it",
                "define the machine kube-node1: the Clusterfile wants other CPUs or memory for it",
                "start the machine kube-node1: the Clusterfile wants other CPUs or memory for it",
            ])
        #expect(plan.losses.isEmpty)
    }

    @Test func anotherDiskReplacesTheMachineAndSaysThatDataIsLost() throws {
        let changed = small.replacing("node1, ", with: "node1, disk: 20GiB, ")
        let plan = try plan(changed, try brought(up: small))
        let reason = "the Clusterfile wants another image, disk, address or user for it"
        #expect(
            plan.words == [
                "stop the machine kube-node1: \(reason)",
                "delete the volume \(ours).kube-node1.system: \(reason) (destroys data)",
                "delete the volume \(ours).kube-node1.seed: \(reason)",
                "remove the machine kube-node1: \(reason) (destroys data)",
                "create the disk of kube-node1: \(reason)",
                "write the keys of kube-node1: \(reason)",
                "define the machine kube-node1: \(reason)",
                "start the machine kube-node1: \(reason)",
            ])
    }

    @Test func aMachineThatTheFileNoLongerHasIsRemoved() throws {
        let changed = small.replacing("  - {name: kube-node1, address: 10.0.0.21, role: node}", with: "")
        let plan = try plan(changed, try brought(up: small))
        let reason = "the Clusterfile has no such machine"
        #expect(
            plan.words == [
                "stop the machine kube-node1: \(reason)",
                "delete the volume \(ours).kube-node1.seed: \(reason)",
                "delete the volume \(ours).kube-node1.system: \(reason) (destroys data)",
                "remove the machine kube-node1: \(reason) (destroys data)",
            ])
    }

    @Test(arguments: [
        (MachineSnapshot.State.stopped, "start the machine kube-node1: it does not run"),
        (.paused, "resume the machine kube-node1: it is paused"),
        (.suspended, "resume the machine kube-node1: it is asleep"),
    ])
    func aMachineThatDoesNotRunIsBroughtToRun(state: MachineSnapshot.State, words: String) throws {
        var observed = try brought(up: small)
        observed.machines[1].state = state
        #expect(try plan(small, observed).words == [words])
    }

    @Test func machinesWhoseNetworkWentDownAreStartedAnew() throws {
        var observed = try brought(up: small)
        observed.networks[0].isActive = false
        let lost = "its network was down, so that it lost its link"
        #expect(
            try plan(small, observed).words == [
                "shut down the machine kube-master1: \(lost)", "shut down the machine kube-node1: \(lost)",
                "start the network clusterfile_kube: it is not active", "start the machine kube-master1: \(lost)",
                "start the machine kube-node1: \(lost)",
            ])
    }

    @Test func aDiskThatAKilledRunMadeIsUsedAndItsSeedWrittenAnew() throws {
        var observed = try brought(up: small)
        observed.machines.removeAll { $0.machine == "kube-node1" }
        #expect(
            try plan(small, observed).words == [
                "delete the volume \(ours).kube-node1.seed: an earlier run may have left it half written",
                "write the keys of kube-node1: it has none",
                "define the machine kube-node1: there is no domain of that name",
                "start the machine kube-node1: there is no domain of that name",
            ])
    }

    @Test func aDiskThatIsNotWholeOrDoesNotFitIsMadeAnew() throws {
        for spoil in [
            { $0.isComplete = false }, { $0.capacity = .gibibytes(9) }, { $0.backingVolume = "image.old" },
        ] as [(inout ClusterSnapshot.Volume) -> Void] {
            var observed = try brought(up: small)
            observed.machines.removeAll { $0.machine == "kube-node1" }
            for at in observed.volumes.indices where observed.volumes[at].name.hasSuffix("node1.system") {
                spoil(&observed.volumes[at])
            }
            #expect(
                try plan(small, observed).words.prefix(2) == [
                    "delete the volume \(ours).kube-node1.system: it does not fit the Clusterfile (destroys data)",
                    "create the disk of kube-node1: it has none",
                ])
        }
    }

    @Test func aMachineThatTakesAnothersAddressStartsAfterThatOneStopped() throws {
        let renamed = small.replacing("kube-node1", with: "worker")
        let plan = try plan(renamed, try brought(up: small))
        let stop = "stop-machine kube_kube-node1"
        var done = Set(
            plan.steps.map(\.id).filter { $0 != stop && !$0.hasPrefix("undefine") && !$0.hasPrefix("delete") })
        done.remove("define-machine kube_worker")
        done.remove("start-machine kube_worker")
        #expect(plan.ready(done: done).map(\.id) == [stop])
    }

    @Test func anUploadThatWasCutShortIsMadeAgain() throws {
        var observed = ClusterSnapshot()
        observed.volumes = [
            ClusterSnapshot.Volume(name: "image.debian-12.0011", capacity: .gibibytes(3), isComplete: false)
        ]
        #expect(
            try plan(small, observed).words.prefix(2) == [
                "delete the volume image.debian-12.0011: its upload was cut short",
                "upload the image debian-12: its upload was cut short",
            ])
    }

    @Test func scriptsGetTheSame() throws {
        let plan = try plan(small, ClusterSnapshot())
        #expect(plan.json["changes"] == true && plan.json["destroysData"] == false && plan.json["purpose"] == "up")
        #expect(plan.json["steps"]?.array?.count == plan.steps.count)
        #expect(
            plan.json["steps"]?[3] == [
                "id": .string("create-disk \(ours).kube-master1.system"), "action": "create-disk",
                "subject": .string("\(ours).kube-master1.system"), "words": "create the disk of kube-master1",
                "reason": "it has none", "destroysData": false, "after": ["upload-image image.debian-12.0011"],
                "machine": "kube-master1", "undo": .string("delete-volume \(ours).kube-master1.system"),
            ])
    }
}

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
            name: "default", owner: nil, specHash: nil, bridge: "virbr0", isActive: true)
        let bridge = ClusterSnapshot.HostInterface(name: "virbr0", range: range)
        let text = try conflicts(ClusterSnapshot(networks: [network], hostInterfaces: [bridge]))
        #expect(text.contains("its interface virbr0 has 10.0.0.0/16, as the bridge of libvirt's network 'default'"))
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
                    name: "clusterfile_kube", owner: theirs, specHash: nil, bridge: nil, isActive: false)
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
                  fix: build it with: scripts/image debian-12
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
                "remove the machine kube-node1: the cluster is taken down (destroys data)"))
    }
}
