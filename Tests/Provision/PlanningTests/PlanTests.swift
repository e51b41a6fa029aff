import Diagnostics
import JSON
import Testing

@testable import Clusterfiles
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
                "+ upload the image debian-12: the pool has no volume of it",
                "+ define the network clusterfile_kube: there is no network of that name",
                "+ start the network clusterfile_kube: machines need it",
                "+ create the disk of kube-master1: it has none",
                "+ write the keys of kube-master1: it has none",
                "+ define the machine kube-master1: there is no domain of that name",
                "+ start the machine kube-master1: there is no domain of that name",
                "+ create the disk of kube-node1: it has none",
                "+ write the keys of kube-node1: it has none",
                "+ define the machine kube-node1: there is no domain of that name",
                "+ start the machine kube-node1: there is no domain of that name",
            ])
    }

    @Test func machinesAreBuiltSideBySide() throws {
        let plan = try plan(small, ClusterSnapshot())
        let ready = plan.ready(done: []).map(\.action.words)
        #expect(
            ready == [
                "upload the image debian-12", "define the network clusterfile_kube", "write the keys of kube-master1",
                "write the keys of kube-node1",
            ])
        let started = Set(plan.ready(done: []).prefix(2).map(\.id))
        #expect(plan.ready(done: [], started: started).count == 2)
        #expect(plan.machines == ["kube-master1", "kube-node1"])
    }

    @Test func moreMemoryNeedsARestartAndKeepsTheDisk() throws {
        let changed = small.replacing("node1, ", with: "node1, memory: 2GiB, ")
        let plan = try plan(changed, try brought(up: small))
        let reason = "the Clusterfile wants at most 2GiB of memory, and it has 1GiB (restarts kube-node1)"
        #expect(
            plan.words == [
                "! shut down the machine kube-node1: \(reason)", "! define the machine kube-node1: \(reason)",
                "! start the machine kube-node1: \(reason)",
            ])
        #expect(plan.losses().isEmpty)
    }

    @Test func aLargerDiskGrowsWhereItIs() throws {
        let changed = small.replacing("node1, ", with: "node1, disk: 20GiB, ")
        let plan = try plan(changed, try brought(up: small))
        #expect(
            plan.words == [
                "~ grow the disk system of kube-node1 to 20GiB: the Clusterfile wants 20GiB, and it has 10GiB"
            ])
        #expect(plan.losses().isEmpty && plan.startedMachines.isEmpty)
    }

    @Test func aSmallerDiskReplacesTheMachineAndSaysThatDataIsLost() throws {
        let changed = small.replacing("node1, ", with: "node1, disk: 5GiB, ")
        let plan = try plan(changed, try brought(up: small))
        let reason = "the Clusterfile wants a disk of 5GiB for it, its disk has 10GiB, and a disk does not shrink"
        let mark = "(replaces kube-node1)"
        let loss = "(replaces kube-node1, destroys data)"
        #expect(
            plan.words == [
                "± stop the machine kube-node1: \(reason) \(mark)",
                "± delete the disk system of kube-node1: \(reason) \(loss)",
                "± delete the keys of kube-node1: \(reason) \(mark)",
                "± remove the machine kube-node1: \(reason) \(loss)",
                "± create the disk of kube-node1: \(reason) \(mark)",
                "± write the keys of kube-node1: \(reason) \(mark)",
                "± define the machine kube-node1: \(reason) \(mark)",
                "± start the machine kube-node1: \(reason) \(mark)",
            ])
        #expect(!plan.losses(replacing: ["kube-master1"]).isEmpty)
        #expect(plan.losses(replacing: ["kube-node1"]).isEmpty)
    }

    @Test func anotherImageReplacesTheMachineAndBothAreNamed() throws {
        let changed = small.replacing("node1, ", with: "node1, image: other, ")
        let plan = try plan(changed, try brought(up: small))
        #expect(
            plan.steps.first { $0.action.machine == "kube-node1" }?.reason
                == "the Clusterfile wants the image other for it, and it was made with debian-12")
    }

    @Test func whatSomeoneChangedByHandIsPutBack() throws {
        var observed = try brought(up: small)
        observed.machines[0].isAltered = true
        observed.machines[1].defined?.processors = 4
        observed.machines[1].defined?.maximumProcessors = 4
        observed.machines[1].running?.pinning = [0: [1]]
        observed.networks[0].defined?.mtu = 9000
        #expect(
            try plan(small, observed).words == [
                "~ define the network clusterfile_kube: the Clusterfile wants an MTU of 1500 for it, and it has 9000",
                "~ define the machine kube-master1: someone changed its definition",
                "~ define the machine kube-node1: the Clusterfile wants at most 1 CPU, and it has 4",
                "~ pin the CPUs of kube-node1: the Clusterfile wants its CPUs pinned otherwise",
            ])
    }

    @Test func moreOfWhatAMachineMayHaveIsGivenWhileItRuns() throws {
        let spec = try parse(small)
        func with(_ body: (inout MachineSpec) -> Void) -> ClusterSpec {
            spec.changing { if $0.name == "kube-node1" { body(&$0) } }
        }
        let roomy = with { machine in
            machine.processor.maximum = 4
            machine.memory.maximum = .gibibytes(4)
        }
        var model = LibvirtModel(snapshot: ClusterSnapshot(), spec: roomy)
        for step in try planUp(roomy, baseVolumes: baseVolumes, observed: model.snapshot).steps {
            try model.apply(step.action)
        }
        let wanted = with { machine in
            machine.processor = .init(count: 3, maximum: 4, model: .automatic, isNested: false, pinning: [])
            machine.memory = .init(size: .gibibytes(3), maximum: .gibibytes(4))
            machine.disks = [
                .init(
                    name: "data", size: .gibibytes(1), fileSystem: nil, mountPath: nil, cache: .automatic,
                    volume: "\(ours).kube-node1.data")
            ]
        }
        let plan = try planUp(wanted, baseVolumes: baseVolumes, observed: model.snapshot)
        #expect(
            plan.words == [
                "+ create the disk data of kube-node1: the pool has no such volume",
                "~ define the machine kube-node1: the Clusterfile wants 3 CPUs, and it has 1",
                "~ give kube-node1 3 CPUs: the Clusterfile wants 3 CPUs, and it has 1",
                "~ give kube-node1 3GiB of memory: the Clusterfile wants 3GiB of memory, and it has 1GiB",
                "~ attach the disk data to kube-node1: it lacks the disk data",
            ])
        #expect(plan.startedMachines.isEmpty && plan.losses().isEmpty)
    }

    /// Two at once would take the same name for a disk.
    @Test func changesOfARunningMachineFollowOneAnother() throws {
        let wanted = try parse(small).changing { machine in
            if machine.name == "kube-node1" {
                machine.disks = ["data", "logs"].map(Self.dataDisk)
            }
        }
        let steps = try planUp(wanted, baseVolumes: baseVolumes, observed: try brought(up: small)).steps
        let attached = steps.filter { $0.action.words.hasPrefix("attach the disk") }
        #expect(attached.count == 2 && attached[1].after.contains(attached[0].id))
    }

    @Test func aMachineThatIsMadeAnewKeepsItsDataDisksUnlessTheyAreInItsSnapshots() throws {
        func with(_ size: ByteCount) throws -> ClusterSpec {
            try parse(small).changing { machine in
                guard machine.name == "kube-node1" else { return }
                machine.disks = [Self.dataDisk("data")]
                machine.systemDisk.size = size
            }
        }
        var model = LibvirtModel(snapshot: ClusterSnapshot(), spec: try with(.gibibytes(10)))
        for step in try planUp(model.spec, baseVolumes: baseVolumes, observed: model.snapshot).steps {
            try model.apply(step.action)
        }
        func touched() throws -> [String] {
            try planUp(try with(.gibibytes(5)), baseVolumes: baseVolumes, observed: model.snapshot).steps
                .map(\.action.words).filter { $0.contains("disk data") }
        }
        #expect(try touched() == [])
        for index in model.snapshot.machines.indices { model.snapshot.machines[index].snapshots = ["before"] }
        #expect(try touched() == ["delete the disk data of kube-node1", "create the disk data of kube-node1"])
    }

    @Test func memoryIsTakenFromAMachineWithABalloonWhileItRuns() throws {
        var observed = try brought(up: small)
        observed.machines[1].running?.memory = .gibibytes(2)
        observed.machines[1].running?.maximumMemory = .gibibytes(2)
        observed.machines[1].running?.hasBalloon = true
        let wanted = try parse(small).changing {
            if $0.name == "kube-node1" { $0.memory = .init(size: .gibibytes(1), maximum: .gibibytes(2)) }
        }
        let plan = try planUp(wanted, baseVolumes: baseVolumes, observed: observed)
        let reason = "the Clusterfile wants 1GiB of memory, and it has 2GiB"
        #expect(plan.words.contains("~ give kube-node1 1GiB of memory: \(reason)") && plan.startedMachines.isEmpty)
        observed.machines[1].running?.hasBalloon = false
        #expect(
            try planUp(wanted, baseVolumes: baseVolumes, observed: observed).startedMachines == ["kube-node1"])
    }

    private static func dataDisk(_ name: String) -> MachineSpec.DataDisk {
        .init(
            name: name, size: .gibibytes(1), fileSystem: nil, mountPath: nil, cache: .automatic,
            volume: "\(ours).kube-node1.\(name)")
    }

    @Test func aMachineThatTheFileNoLongerHasIsRemoved() throws {
        let changed = small.replacing("  - {name: kube-node1, address: 10.0.0.21, role: node}", with: "")
        let plan = try plan(changed, try brought(up: small))
        let reason = "the Clusterfile has no such machine"
        #expect(
            plan.words == [
                "- stop the machine kube-node1: \(reason)",
                "- delete the keys of kube-node1: \(reason)",
                "- delete the disk system of kube-node1: \(reason) (destroys data)",
                "- remove the machine kube-node1: \(reason) (destroys data)",
                "~ update the names of the network clusterfile_kube: its DNS is to know the machines that there will be",
            ])
    }

    @Test(arguments: [
        (MachineSnapshot.State.stopped, nil, "~ start the machine kube-node1: it does not run"),
        (.paused, nil, "~ resume the machine kube-node1: it is paused"),
        (.paused, "the disk is full", "~ resume the machine kube-node1: it is paused: the disk is full"),
        (.suspended, nil, "~ resume the machine kube-node1: it is asleep"),
    ])
    func aMachineThatDoesNotRunIsBroughtToRun(state: MachineSnapshot.State, fault: String?, words: String) throws {
        var observed = try brought(up: small)
        (observed.machines[1].state, observed.machines[1].fault) = (state, fault)
        #expect(try plan(small, observed).words == [words])
    }

    @Test func machinesWhoseNetworkWentDownAreStartedAnew() throws {
        var observed = try brought(up: small)
        observed.networks[0].isActive = false
        observed.networks[0].running = nil
        let lost = "its network was down, so that it lost its link"
        #expect(
            try plan(small, observed).words == [
                "! shut down the machine kube-master1: \(lost) (restarts kube-master1)",
                "! shut down the machine kube-node1: \(lost) (restarts kube-node1)",
                "~ start the network clusterfile_kube: it is not active",
                "! start the machine kube-master1: \(lost) (restarts kube-master1)",
                "! start the machine kube-node1: \(lost) (restarts kube-node1)",
            ])
    }

    @Test func aDiskThatAKilledRunMadeIsUsedAndItsSeedWrittenAnew() throws {
        var observed = try brought(up: small)
        observed.machines.removeAll { $0.machine == "kube-node1" }
        #expect(
            try plan(small, observed).words == [
                "- delete the keys of kube-node1: an earlier run may have left it half written",
                "+ write the keys of kube-node1: it has none",
                "+ define the machine kube-node1: there is no domain of that name",
                "+ start the machine kube-node1: there is no domain of that name",
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
                    "- delete the disk system of kube-node1: it does not fit the Clusterfile (destroys data)",
                    "+ create the disk of kube-node1: it has none",
                ])
        }
    }

    @Test func anImageThatIsGoneBelowADiskIsPutBackAndTheMachineKept() throws {
        var observed = try brought(up: small)
        observed.volumes.removeAll { $0.name == baseVolumes["debian-12"] }
        #expect(
            try plan(small, observed).words == ["+ upload the image debian-12: the pool has no volume of it"])
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
            replacing.steps.first?.reason == "the image that its disk is an overlay of is gone")
        #expect(replacing.machines == ["kube-node1"] && !replacing.losses().isEmpty)
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
                "- delete the volume image.debian-12.0011: its upload was cut short",
                "+ upload the image debian-12: its upload was cut short",
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
                "reason": "it has none", "effect": "create", "destroysData": false,
                "after": ["upload-image image.debian-12.0011"],
                "machine": "kube-master1", "undo": .string("delete-volume \(ours).kube-master1.system"),
            ])
    }
}
