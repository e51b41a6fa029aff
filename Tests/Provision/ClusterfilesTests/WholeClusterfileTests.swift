import JSON
import Testing

@testable import Clusterfiles

@Suite struct WholeClusterfileTests {
    private let spec: ClusterSpec
    private let first: MachineSpec

    init() throws {
        spec = try parse(wholeClusterfile)
        first = try #require(spec.machine(named: "a"))
    }

    @Test func theFileHasEveryKey() throws {
        func names(_ form: Form) -> [String] {
            switch form {
            case .section(let section): section.keys.flatMap { [$0.name] + names($0.form) }
            case .list(let form, _), .names(let form, _): names(form)
            case .either(let forms): forms.flatMap(names)
            case .text, .number, .boolean, .choice, .anything: []
            }
        }
        for name in names(.section(.file)) where !["leases"].contains(name) {
            #expect(wholeClusterfile.contains(name + ":"), "\(name)")
        }
    }

    @Test func theClusterItself() {
        #expect(spec.name == "c-one" && spec.user == "me")
        #expect(spec.machines.map(\.name) == ["a", "node-01-b", "node-02-b", "d", "f"])
        #expect(spec.network.mode == .routed && spec.network.mtu == 9000 && spec.network.domain == "kube.test")
        #expect(
            spec.network.dnsHosts.map { "\($0.address) \($0.names)" } == [
                #"10.0.0.200 ["registry"]"#, #"10.0.0.11 ["api"]"#,
            ])
        #expect(spec.madeNetworks.map(\.name) == ["clusterfile_c-one", "clusterfile_c-one_storage"])
        #expect(spec.networks.map(\.name) == ["storage", "lan", "office"])
        #expect(spec.networks[1].kind == .bridge("br0") && spec.networks[2].kind == .existing("default"))
        #expect(Set(spec.madeNetworks.map(\.bridge)).count == 2 && Set(spec.madeNetworks.map(\.uuid)).count == 2)
        #expect(spec.madeNetworks.allSatisfy { $0.bridge.utf8.count <= 15 })
        #expect(spec.hooks.beforeUp.map(\.command) == ["echo ${HOME}", "true"])
        #expect(spec.hooks.afterUp.map(\.command) == ["./smoke"])
        #expect(spec.hooks.beforeDown.map(\.command) == ["echo"] && spec.hooks.afterDown.map(\.command) == ["echo"])
        let lines = wholeClusterfile.split(separator: "\n", omittingEmptySubsequences: false)
        let line = (lines.firstIndex { $0.contains("before_up:") } ?? 0) + 1
        #expect(spec.hooks.beforeUp.map { [$0.location.line, $0.location.column] } == [[line, 15], [line, 31]])
        #expect(spec.hypervisors.map(\.name) == ["here"] && spec.hypervisors[0].uri == "qemu:///system")
        #expect(spec.hypervisors[0].cpus == 8 && spec.hypervisors[0].memory == .gibibytes(16))
        #expect(spec.hypervisors[0].address == "192.0.2.7" && spec.machines.allSatisfy { $0.tunnel == nil })
        #expect(spec.groups.map(\.name) == ["web", "all-web"] && spec.groups[0].hosts == ["d"])
        #expect(spec.groups[0].vars == ["colour": "blue"] && spec.groups[1].children == ["web", "kube_node"])
        #expect(spec.vars == ["port": 8080] && spec.playbook == "playbooks/cluster.yml")
    }

    @Test func aMachinesHardware() {
        #expect(first.processor.count == 2 && first.processor.maximum == 8 && first.processor.model == .host)
        #expect(first.processor.isNested && first.processor.pinning.map(\.description) == ["0-1", "2"])
        #expect(first.memory == .init(size: .gibibytes(2), maximum: .gibibytes(8)))
        #expect(first.systemDisk == .init(size: .gibibytes(20), cache: .unsafe))
        #expect(first.disks.map(\.name) == ["data", "raw"] && first.disks.map(\.fileSystem) == [.ext4, nil])
        #expect(first.disks.map(\.mountPath) == ["/srv/data", nil] && first.disks.map(\.cache) == [.automatic, .none])
        #expect(first.disks[0].volume == "\(clusterUUID).a.data" && first.disks[0].serial == "data-data")
        #expect(first.passthrough.map(\.description) == ["0000:01:00.0", "0000:02:1f.7"])
        #expect(first.overlay == "<domain><on_crash>restart</on_crash></domain>" && first.hypervisor == "here")
        let other = spec.machines[3]
        #expect(other.processor == .init(count: 1, maximum: 1, model: .automatic, isNested: false, pinning: []))
        #expect(other.memory.maximum == .gibibytes(1) && other.disks.isEmpty && other.overlay == nil)
    }

    @Test func aMachinesCards() throws {
        let cards = first.interfaces
        #expect(cards.map(\.network) == [nil, "storage", "lan", "office"])
        #expect(
            cards.map(\.link) == [
                .network("clusterfile_c-one"), .network("clusterfile_c-one_storage"), .bridge("br0"),
                .network("default"),
            ])
        #expect(cards.map(\.mtu) == [9000, 8000, nil, nil])
        #expect(cards.map(\.dnsNames) == [["www", "www.kube.test"], ["nfs"], [], []])
        #expect(cards[0].macAddress.description == "52:54:00:ff:00:01" && first.macAddress == cards[0].macAddress)
        #expect(cards[3].address == .leased && cards[3].macAddress.description.hasPrefix("52:54:00:"))
        guard case .fixed(let address, let prefixLength) = cards[1].address else { throw Unexpected() }
        #expect(address.description == "10.20.0.11" && prefixLength == 24)
        #expect(Set(spec.machines.flatMap(\.interfaces).map(\.macAddress)).count == 10)
    }

    private struct Unexpected: Error {}

    @Test func whatDNSKnowsOfEachNetwork() {
        func lines(_ network: ClusterSpec.Network) -> [String] {
            spec.dnsHosts(of: network).map { "\($0.address) \($0.names.joined(separator: " "))" }
        }
        #expect(
            lines(spec.network) == [
                "10.0.0.11 a www www.kube.test", "10.0.0.21 node-01-b", "10.0.0.22 node-02-b", "10.0.0.31 d",
                "10.0.0.32 f", "10.0.0.200 registry", "10.0.0.11 api", "10.20.0.11 nfs",
            ])
        #expect(
            lines(spec.madeNetworks[1]) == ["10.20.0.11 a nfs", "10.20.0.21 node-01-b", "10.20.0.22 node-02-b"])
    }

    @Test func whatIsDoneOnAMachine() {
        #expect(
            first.ports.map { "\($0.hostAddress) \($0.hostPort) \($0.guestPort) \($0.transport)" } == [
                "127.0.0.1 8080 80 tcp", "127.0.0.2 5353 53 udp", "0.0.0.0 8443 443 tcp",
            ])
        #expect(first.shares.map(\.mountPath) == ["/srv/src", "/srv/other"] && first.shares.allSatisfy(\.isReadOnly))
        #expect(Set(first.shares.map(\.tag)).count == 2 && first.shares.allSatisfy { $0.tag.utf8.count <= 31 })
        #expect(
            first.files == [
                .init(contents: .text("${HOME}"), destination: "/etc/home", owner: "me", group: "1000", mode: 0o600),
                .init(
                    contents: .file(path: "./setup"), destination: "/setup", owner: "root", group: "root", mode: 0o755),
            ])
        #expect(
            spec.machines[3].files == [
                .init(
                    contents: .file(path: "motd"), destination: "/etc/motd", owner: "root", group: "root", mode: 0o644)
            ])
        #expect(
            spec.steps(of: first).map(\.name) == ["# first", "install", "./setup --fast 2GiB", "playbooks/cluster.yml"])
        #expect(spec.steps(of: first).map(\.run) == [.once, .always, .once, .never])
        #expect(first.provision[0].work == .shell("echo ${HOME}"))
        #expect(first.provision[1].work == .script(path: "./setup", arguments: ["--fast", "2GiB"]))
    }

    @Test func whatMustDifferCountsUp() {
        let counted = spec.machines[1...2]
        #expect(counted.map(\.address.description) == ["10.0.0.21", "10.0.0.22"])
        #expect(counted.map(\.macAddress.description) == ["52:54:00:ff:01:ff", "52:54:00:ff:02:00"])
        #expect(counted.flatMap(\.ports).map(\.hostPort) == [2222, 2223])
        #expect(counted.flatMap(\.ports).map(\.guestPort) == [22, 22])
    }

    @Test func imagesAndHowTheyStart() {
        #expect(
            spec.machines.map(\.image.description) == [
                "debian-12", "https://example.org/d.qcow2", "https://example.org/d.qcow2", "./setup", "fedora",
            ])
        #expect(first.firstBoot == .native && spec.machines[3].firstBoot == .cloudInit(userData: nil))
        #expect(spec.machines[4].firstBoot == .cloudInit(userData: nil))
        #expect(
            spec.machines[1].firstBoot == .cloudInit(userData: "#cloud-config\nruncmd: [\"echo ${HOME}\"]\n"))
    }

    @Test func stepsWithoutANameAreStillToldApart() throws {
        let spec = try parse(
            """
            cluster: c
            network: {address: 10.0.0.0/24}
            provision: [{shell: date}, {shell: date}]
            machines: [{name: a, address: 10.0.0.11, image: debian-12, provision: [{shell: date}, {name: date (3), shell: x}]}]
            """)
        #expect(spec.steps(of: spec.machines[0]).map(\.name) == ["date", "date (2)", "date (4)", "date (3)"])
    }

    @Test func aCardKeepsItsAddressWhateverOtherCardsThereAre() throws {
        func cards(_ networks: String) throws -> [String?: MACAddress] {
            let spec = try parse(
                """
                cluster: c
                network: {address: 10.0.0.0/24}
                networks: [{name: s, bridge: br0}, {name: t, bridge: br1}]
                machines: [{name: a, address: 10.0.0.11, image: debian-12, interfaces: [\(networks)]}]
                """)
            return Dictionary(uniqueKeysWithValues: spec.machines[0].interfaces.map { ($0.network, $0.macAddress) })
        }
        let both = try cards("s, t")
        #expect(try cards("t, s") == both && both.count == 3)
        #expect(try cards("t")["t"] == both["t"])
    }

    @Test func aLeasedCardMakesItsNetworkServeTheUpperHalf() throws {
        let spec = try parse(
            """
            cluster: c
            network: {address: 10.0.0.0/24}
            networks: [{name: s, address: 10.1.0.0/24}, {name: t, address: 10.2.0.0/24}]
            machines: [{name: a, address: 10.0.0.11, image: debian-12, interfaces: [s, {network: t, address: 10.2.0.200}]}]
            """)
        #expect(
            spec.madeNetworks.map { $0.leases.map { "\($0.lowerBound)-\($0.upperBound)" } } == [
                nil, "10.1.0.128-10.1.0.254", nil,
            ])
    }
}
