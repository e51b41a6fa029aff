import Clusterfiles
import Diagnostics
import JSON
import Testing

@testable import Planning

let small = """
    cluster: kube
    network: {address: 10.0.0.0/24}
    defaults: {image: debian-12}
    machines:
      - {name: kube-master1, address: 10.0.0.11, role: master}
      - {name: kube-node1, address: 10.0.0.21, role: node}
    """

/// What is there after an `up` of a Clusterfile.
func brought(up text: String) throws -> ClusterSnapshot {
    let spec = try parse(text)
    var model = LibvirtModel(snapshot: ClusterSnapshot(), spec: spec)
    for step in try planUp(spec, baseVolumes: baseVolumes, observed: model.snapshot).steps {
        try model.apply(step.action)
    }
    return model.snapshot
}

func plan(_ text: String, _ observed: ClusterSnapshot) throws -> Plan {
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
        let reason = "the Clusterfile wants a disk of 20GiB for it, and it has one of 10GiB"
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

    @Test func anImageThatIsGoneBelowADiskIsPutBackAndTheMachineKept() throws {
        var observed = try brought(up: small)
        observed.volumes.removeAll { $0.name == baseVolumes["debian-12"] }
        #expect(
            try plan(small, observed).words == ["upload the image debian-12: the pool has no volume of it"])
    }

    @Test func aDiskOfAnEarlierImageIsKeptUntilThatImageIsGone() throws {
        var observed = try brought(up: small)
        for at in observed.volumes.indices where observed.volumes[at].name.hasSuffix("node1.system") {
            observed.volumes[at].backingVolume = "image.old"
        }
        observed.volumes.append(ClusterSnapshot.Volume(name: "image.old", capacity: .gibibytes(3)))
        #expect(try plan(small, observed).isEmpty)
        observed.volumes.removeLast()
        let replacing = try plan(small, observed)
        #expect(
            replacing.words.first == "stop the machine kube-node1: the image that its disk is an overlay of is gone")
        #expect(replacing.machines == ["kube-node1"] && !replacing.losses.isEmpty)
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
