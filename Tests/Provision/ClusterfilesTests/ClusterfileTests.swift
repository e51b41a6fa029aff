import FoundationEssentials
import JSON
import Testing

@testable import Clusterfiles

@Suite struct ClusterfileTests {
    @Test func theExampleIsTheClassicCluster() throws {
        let root = folder(of: folder(of: folder(of: folder(of: #filePath))))
        let spec = try parse(try String(contentsOfFile: root + "/Clusterfile.example", encoding: .utf8))
        #expect(spec.name == "kube")
        #expect(spec.user == "cluster")
        #expect(spec.network.range.description == "192.168.56.0/24")
        #expect(spec.network.host.description == "192.168.56.1")
        #expect(spec.playbook == "playbooks/cluster.yml")
        #expect(spec.machines.map(\.name) == ["kube-master1", "kube-node1", "kube-node2", "kube-node3"])
        #expect(
            spec.machines.map(\.address.description) == [
                "192.168.56.11", "192.168.56.21", "192.168.56.22", "192.168.56.23",
            ])
        #expect(spec.machines.map(\.role) == [.master, .node, .node, .node])
        #expect(spec.master?.name == "kube-master1")
        for machine in spec.machines {
            #expect(machine.processor.count == 2)
            #expect(machine.memory.size.mebibytes == 3072)
            #expect(machine.systemDisk.size == .gibibytes(30))
            #expect(machine.image == .catalogue("debian-12"))
            #expect(machine.domainName == "kube_\(machine.name)")
            #expect(machine.diskVolume == "\(clusterUUID).\(machine.name).system")
            #expect(machine.seedVolume == "\(clusterUUID).\(machine.name).seed")
        }
    }

    @Test func defaultsApplyWhereAMachineSaysNothing() throws {
        let spec = try parse(
            """
            cluster: c
            network: {address: 10.0.0.0/16}
            defaults: {image: debian-12, cpus: 3}
            machines:
              - {name: a, address: 10.0.1.1}
              - {name: b, address: 10.0.1.2, cpus: 1, memory: 1.5GiB, disk: 4 GiB}
              - {name: smallest, address: 10.0.1.3, memory: 256MiB, disk: 3GiB}
            """)
        #expect(spec.machines.map(\.processor.count) == [3, 1, 3])
        #expect(spec.machines.map(\.memory.size) == [.gibibytes(1), .mebibytes(1536), .mebibytes(256)])
        #expect(spec.machines.map(\.systemDisk.size) == [.gibibytes(10), .gibibytes(4), .gibibytes(3)])
        #expect(spec.machines.map(\.role) == [nil, nil, nil])
        #expect(spec.master == nil)
        #expect(spec.members.isEmpty)
        #expect(spec.playbook == nil)
    }

    @Test func anchorsMergeKeysGroupsAndVariablesAreRead() throws {
        let spec = try parse(
            """
            cluster: c
            network: {address: 10.0.0.0/24}
            vars: {colour: blue, port: 8080}
            machines:
              - &first {name: a, address: 10.0.0.11, image: debian-12, groups: [web, db, web], vars: {rack: 1}}
              - {<<: *first, name: b, address: 10.0.0.12}
            """)
        #expect(spec.machines.map(\.groups) == [["web", "db"], ["web", "db"]])
        #expect(spec.machines.map(\.vars) == [["rack": 1], ["rack": 1]])
        #expect(spec.vars == ["colour": "blue", "port": 8080])
    }

    @Test func aCountOfOneIsNumberedToo() throws {
        let spec = try parse(
            """
            cluster: c
            network: {address: 10.0.0.0/24}
            machines: [{name: a, count: 1, address: 10.0.0.11, image: debian-12}]
            """)
        #expect(spec.machines.map(\.name) == ["a1"])
    }
}

@Suite struct IdentityTests {
    private func machine(_ settings: String, user: String = "cluster", network: String = "10.0.0.0/24") throws
        -> MachineSpec
    {
        try #require(
            try parse(
                """
                cluster: c
                user: \(user)
                network: {address: \(network)}
                defaults: {image: debian-12}
                machines: [{name: a, address: 10.0.0.11, \(settings)}]
                """
            ).machines.first)
    }

    @Test func identitiesAreTheSameOnEveryRun() throws {
        // Pinned: another value would replace everybody's machines.
        let machine = try machine("cpus: 2")
        #expect(machine.macAddress.description == "52:54:00:ec:ad:ba")
        #expect(machine.domainUUID == "18cd7743-431c-8226-a579-f69d4e10433a")
        #expect(machine.specHash.description == "955066280e289aa9-9d920ba9788a3f64")
    }

    @Test func onlyWhatNeedsANewDiskChangesTheSystemsHash() throws {
        let base = try machine("cpus: 2").specHash
        for same in [
            "cpus: 2, role: master", "cpus: 2, groups: [x]", "cpus: 2, vars: {a: 1}", "cpus: 2, memory: 1GiB",
            "cpus: 2, disk: 11GiB", "cpus: 3", "memory: 2GiB", "disks: [{name: d, size: 1GiB}]", "ports: [\"1:1\"]",
        ] {
            #expect(try machine(same).specHash == base, "\(same)")
        }
        for hardware in ["xml: <domain/>", "xml: <domain></domain>"] {
            let hash = try machine(hardware).specHash
            #expect(hash.system == base.system && hash.hardware != base.hardware, "\(hardware)")
        }
        let others = [try machine("cpus: 2", user: "me"), try machine("cpus: 2", network: "10.0.0.0/16")]
        for other in others {
            #expect(other.specHash.system != base.system && other.specHash.hardware == base.hardware)
        }
    }

    @Test func aHashIsReadBackFromItsText() throws {
        let hash = try machine("cpus: 2").specHash
        #expect(SpecHash(hash.description) == hash)
        for wrong in ["", "-", "a-", "-b", "abc", "a-b-c"] { #expect(SpecHash(wrong) == nil) }
    }

    @Test func noTwoMachinesShareACardsAddress() throws {
        let spec = try parse(
            """
            cluster: c
            network: {address: 10.0.0.0/16}
            machines:
            \((1...40).map { "  - {name: m\($0)x, count: 250, address: 10.0.\($0 + 1).1, image: debian-12}" }.joined(separator: "\n"))
            """)
        #expect(spec.machines.count == 10_000)
        #expect(Set(spec.machines.map(\.macAddress)).count == 10_000)
        #expect(Set(spec.machines.map(\.domainUUID)).count == 10_000)
        #expect(Set(spec.machines.map(\.specHash.system)).count == 10_000)
    }

    @Test func onlyTheClustersOwnVolumesBelongToIt() {
        #expect(clusterUUID.owner(ofVolume: "\(clusterUUID).kube-node1.system").map { "\($0)" } != nil)
        for foreign in [
            "\(clusterUUID)", "\(clusterUUID).kube-node1", "\(clusterUUID).kube-node1.system.bak",
            "x\(clusterUUID).a.system",
            "\(clusterUUID)x.a.system", "\(clusterUUID)..system", "\(clusterUUID).a.", "kube-node1.system",
        ] {
            #expect(clusterUUID.owner(ofVolume: foreign) == nil, "\(foreign)")
        }
    }
}
