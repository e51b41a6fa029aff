import Foundation
import JSON
import Testing

/// The main job on the real thing: one master and two nodes from nothing, a Deployment through Debian's kubectl, and back.
///
/// One cluster serves all tests, in their order: each begins with what the one before it left.
@Suite(.serialized) final class ClusterTests {
    private static let shared = SharedCluster()

    private actor SharedCluster {
        private var made: TestCluster?
        private(set) var saved: SavedMoment?

        func save(_ moment: SavedMoment) { saved = moment }

        func cluster() throws -> TestCluster {
            if let made { return made }
            let cluster = try TestCluster(
                name: "systest",
                clusterfile: """
                    cluster: systest
                    network:
                      address: 192.168.157.0/24
                    defaults:
                      image: debian-12
                      cpus: 2
                      memory: 1536MiB
                      disk: 30GiB
                    machines:
                      - name: master
                        address: 192.168.157.11
                        role: master
                      - name: node
                        count: 2
                        address: 192.168.157.21
                        role: node
                    vars:
                      pod_eviction_seconds: 45
                    playbook: $PROJECT/playbooks/cluster.yml
                    """)
            made = cluster
            return cluster
        }
    }

    /// What a snapshot has to bring back.
    private struct SavedMoment {
        var pod: JSON
        var node: String
        var processes: String
        var time: ContinuousClock.Instant
    }

    /// The web server's processes on a node.
    private static let processes = "pgrep -f '[h]ttpd -f' | sort | tr '\\n' ' '"

    @Test func `up makes a cluster from nothing, with every node Ready`() async throws {
        let cluster = try await Self.shared.cluster()
        let result = try await cluster.clusterfile("up", "--yes", deadline: 600)
        try #require(result.status == 0, "\(result.transcript)")
        let nodes = try await cluster.kubectlJSON("get", "nodes")
        #expect(
            Set(nodes["items"]?.array?.compactMap { $0[path: "metadata", "name"]?.string } ?? []) == [
                "master", "node1", "node2",
            ])
        #expect(try await cluster.kubectl("get", "nodes").matches(of: /\ Ready\ /).count == 3)
    }

    @Test func `a second up changes nothing`() async throws {
        let cluster = try await Self.shared.cluster()
        let result = try await cluster.clusterfile("up", "-o", "json", deadline: 300)
        try #require(result.status == 0, "\(result.transcript)")
        let summary = try JSON(parsing: result.output)
        #expect(summary["changes"]?.integer == 0, "\(result.transcript)")
        for (name, counts) in summary["machines"]?.object ?? [:] { #expect(counts["changed"]?.integer == 0, "\(name)") }
    }

    @Test func `machines are as the Clusterfile says and know one another`() async throws {
        let cluster = try await Self.shared.cluster()
        #expect(try await cluster.ssh("node1", "df -h --output=size / | tail -1").contains("30G"))
        #expect(try await cluster.ssh("node1", "getent hosts master node2").contains("192.168.157.22"))
        // The master's user logs in to every machine, itself included, without a password or a question.
        for machine in ["master", "node1", "node2"] {
            #expect(try await cluster.ssh("master", "ssh -o BatchMode=yes \(machine) hostname") == machine + "\n")
        }
        #expect(try await cluster.ssh("master", "kubectl get nodes --no-headers | wc -l") == "3\n")
    }

    @Test func `secrets are for their owner alone`() async throws {
        let cluster = try await Self.shared.cluster()
        let state = cluster.folder.appendingPathComponent("state").path
        let open = try await Command.output(["find", state, "-perm", "/077", "!", "-type", "l"])
        #expect(open == "")
        let keys = try await Command.output(["grep", "-rl", "PRIVATE KEY", state])
        #expect(keys.split(separator: "\n").count >= 8, "CA, agents, user and machines have keys: \(keys)")
        // What every user of the host may read.
        let domain = try await TestCluster.virsh("dumpxml", "systest_master")
        #expect(!domain.contains("PRIVATE") && !domain.contains("OPENSSH"))
    }

    @Test func `an address range that another network has is refused by its interface's name`() async throws {
        _ = try await Self.shared.cluster()
        let bridge = try await TestCluster.virsh("net-dumpxml", "clusterfile_systest")
        let name = try #require(bridge.firstMatch(of: /<bridge name='([^']+)'/)?.1)
        let other = try TestCluster(
            name: "samerange",
            clusterfile: """
                cluster: samerange
                network: {address: 192.168.157.0/24}
                machines: [{name: one, address: 192.168.157.99, image: debian-12}]
                """)
        let result = try await other.clusterfile("up", "--yes")
        #expect(result.status == 1, "\(result.transcript)")
        #expect(
            result.errors.contains("Clusterfile:2:20: the network 192.168.157.0/24 is in use"), "\(result.transcript)")
        #expect(result.errors.contains("its interface \(name) has 192.168.157.0/24"), "\(result.transcript)")
        #expect(try await !TestCluster.virsh("list", "--all", "--name").contains("samerange"))
        await other.remove()
    }

    @Test func `plain ssh works with ssh-config, checking host keys strictly`() async throws {
        let cluster = try await Self.shared.cluster()
        let config = cluster.folder.appendingPathComponent("ssh.config")
        try await cluster.output("ssh-config").write(to: config, atomically: true, encoding: .utf8)
        let name = try await Command.output([TestCluster.lab, "exec", "ssh", "-F", config.path, "node2", "hostname"])
        #expect(name == "node2\n")
    }

    @Test func `Ansible reads the inventory`() async throws {
        let cluster = try await Self.shared.cluster()
        let file = cluster.folder.appendingPathComponent("inventory.ini")
        try await cluster.output("inventory").write(to: file, atomically: true, encoding: .utf8)
        let listed = try JSON(parsing: try await Command.output(["ansible-inventory", "-i", file.path, "--list"]))
        #expect(listed[path: "kube_node", "hosts"]?.array?.compactMap(\.string) == ["node1", "node2"])
        #expect(listed[path: "kube-master", "hosts"]?.array?.compactMap(\.string) == ["master"])
        #expect(listed[path: "_meta", "hostvars", "node1", "ip"]?.string == "192.168.157.21")
    }

    @Test func `a Deployment of three runs, spread over the nodes, and serves a page`() async throws {
        let cluster = try await Self.shared.cluster()
        try await cluster.kubectl("apply", "-f", "-", input: WebDeployment.manifest)
        let pods = try await WebDeployment.pods(cluster, running: 3)
        #expect(Set(pods.compactMap { $0[path: "spec", "nodeName"]?.string }) == ["node1", "node2"])
        let away = try #require(pods.first { $0[path: "spec", "nodeName"]?.string == "node2" })
        let address = try #require(away[path: "status", "podIP"]?.string)
        #expect(try await cluster.ssh("node1", "curl -s --max-time 10 http://\(address)/").contains("hello"))
        let name = try #require(away[path: "metadata", "name"]?.string)
        #expect(try await cluster.kubectl("logs", name).contains("serving"))
    }

    @Test func `a deleted pod is replaced, and scaling follows`() async throws {
        let cluster = try await Self.shared.cluster()
        let first = try #require(
            try await WebDeployment.pods(cluster, running: 3).first?[path: "metadata", "name"]?.string)
        try await cluster.kubectl("delete", "pod", first, "--grace-period=1")
        let after = try await WebDeployment.pods(cluster, running: 3)
        #expect(!after.contains { $0[path: "metadata", "name"]?.string == first })
        try await cluster.kubectl("scale", "deployment/web", "--replicas=5")
        _ = try await WebDeployment.pods(cluster, running: 5)
        try await cluster.kubectl("scale", "deployment/web", "--replicas=1")
        _ = try await WebDeployment.pods(cluster, running: 1)
    }

    @Test func `a snapshot is taken of all machines at one moment`() async throws {
        let cluster = try await Self.shared.cluster()
        let pod = try #require(try await WebDeployment.pods(cluster, running: 1).first)
        let node = try #require(pod[path: "spec", "nodeName"]?.string)
        let processes = try await cluster.ssh(node, Self.processes)
        try await cluster.output("snapshot", "save", "first", deadline: 300)
        await Self.shared.save(SavedMoment(pod: pod, node: node, processes: processes, time: .now))
        #expect(
            try await WebDeployment.pods(cluster, running: 1).map(WebDeployment.identity) == [
                WebDeployment.identity(pod)
            ])
    }

    @Test func `the node agent may be killed and restarted without its containers noticing`() async throws {
        let cluster = try await Self.shared.cluster()
        let before = try #require(try await WebDeployment.pods(cluster, running: 1).first)
        let node = try #require(before[path: "spec", "nodeName"]?.string)
        let processes = try await cluster.ssh(node, Self.processes)
        try await cluster.ssh(node, "sudo systemctl restart clusterfile-node")
        try await cluster.ssh(node, "sudo systemctl kill -s KILL clusterfile-node")
        _ = try await Command.eventually(within: 60, "the agent's return") {
            try await cluster.ssh(node, "systemctl is-active clusterfile-node || true")
        } until: {
            $0 == "active\n"
        }
        #expect(try await cluster.ssh(node, Self.processes) == processes)
        let after = try #require(try await WebDeployment.pods(cluster, running: 1).first)
        #expect(WebDeployment.identity(after) == WebDeployment.identity(before))
    }

    @Test func `an exit that happens while the agent is away is reported`() async throws {
        let cluster = try await Self.shared.cluster()
        try await cluster.kubectl(
            "run", "brief", "--image=busybox", "--restart=Never", "--", "sh", "-c",
            "until [ -e /tmp/end ]; do sleep 0.2; done; exit 7")
        let pod = try await Command.eventually(within: 60, "the running pod") {
            try await cluster.kubectlJSON("get", "pod", "brief")
        } until: {
            $0[path: "status", "phase"]?.string == "Running"
        }
        let node = try #require(pod[path: "spec", "nodeName"]?.string)
        let find = "pgrep -f '[u]ntil .* -e /tmp/end' | tail -n 1"
        let process = try await cluster.ssh(node, find).trimmingCharacters(in: .whitespacesAndNewlines)
        try await cluster.ssh(node, "sudo systemctl stop clusterfile-node && sudo touch /proc/\(process)/root/tmp/end")
        _ = try await Command.eventually(within: 60, "the container's end") {
            try await cluster.ssh(node, find)
        } until: {
            $0.isEmpty
        }
        #expect(
            try await cluster.kubectlJSON("get", "pod", "brief")[path: "status", "phase"]?.string == "Running",
            "nobody is there to tell")
        try await cluster.ssh(node, "sudo systemctl start clusterfile-node")
        let ended = try await Command.eventually(within: 60, "the report") {
            try await cluster.kubectlJSON("get", "pod", "brief")
        } until: {
            $0[path: "status", "phase"]?.string == "Failed"
        }
        let container = ended[path: "status", "containerStatuses"]?.array?.first
        #expect(container?[path: "state", "terminated", "exitCode"]?.integer == 7)
        try await cluster.kubectl("delete", "pod", "brief", "--grace-period=1")
    }

    @Test func `a stopped agent and an edited unit are found and mended by the next up`() async throws {
        let cluster = try await Self.shared.cluster()
        try await cluster.ssh("node1", "sudo systemctl stop clusterfile-node")
        try await cluster.ssh("node2", "echo '# edited' | sudo tee -a /etc/systemd/system/clusterfile-node.service")
        let result = try await cluster.clusterfile("up", "-o", "json", deadline: 300)
        try #require(result.status == 0, "\(result.transcript)")
        #expect(try #require(try JSON(parsing: result.output)["changes"]?.integer) > 0)
        #expect(try await cluster.ssh("node1", "systemctl is-active clusterfile-node") == "active\n")
        #expect(
            try await !cluster.ssh("node2", "cat /etc/systemd/system/clusterfile-node.service").contains("# edited"))
    }

    @Test func `a rebooted node comes back, its pods with the same UIDs and one more restart`() async throws {
        let cluster = try await Self.shared.cluster()
        let before = try #require(try await WebDeployment.pods(cluster, running: 1).first)
        let node = try #require(before[path: "spec", "nodeName"]?.string)
        let boot = "cat /proc/sys/kernel/random/boot_id"
        let last = try await cluster.ssh(node, boot)
        // The connection ends before the command does.
        _ = try await cluster.clusterfile("ssh", node, "--", "sudo systemctl reboot")
        _ = try await Command.eventually(within: 180, "the reboot of \(node)") {
            try await cluster.clusterfile("ssh", node, "--", boot)
        } until: {
            $0.status == 0 && $0.output != last
        }
        let after = try await Command.eventually(within: 120, "the pod's return") {
            try await WebDeployment.pods(cluster, running: 1).first
        } until: {
            $0?[path: "status", "containerStatuses"]?.array?.first?["restartCount"]?.integer
                == WebDeployment.restarts(before) + 1
        }
        #expect(after?[path: "metadata", "uid"] == before[path: "metadata", "uid"])
        _ = try await Command.eventually(within: 60, "Ready nodes") {
            try await cluster.kubectl("get", "nodes")
        } until: {
            $0.matches(of: /\ Ready\ /).count == 3
        }
        let address = try #require(after?[path: "status", "podIP"]?.string)
        #expect(try await cluster.ssh("master", "curl -s --max-time 10 http://\(address)/").contains("hello"))
    }

    @Test func `a restored snapshot has its pods, processes and counts, after more than the eviction time`()
        async throws
    {
        let cluster = try await Self.shared.cluster()
        let saved = try #require(await Self.shared.saved)
        try await cluster.kubectl("delete", "deployment", "web")
        // Grace of 40 s and eviction after 45 s: by the wall clock the nodes were silent for longer than both.
        try await ContinuousClock().sleep(until: saved.time + .seconds(100))
        let unknown = try await cluster.clusterfile("snapshot", "restore", "second")
        #expect(unknown.status == 1 && unknown.errors.contains("'second'"), "\(unknown.transcript)")
        try await cluster.output("snapshot", "restore", "first", "--yes", deadline: 300)
        for machine in ["master", "node1", "node2"] {
            let earliest = Date.now.timeIntervalSince1970
            let there = try #require(Double(try await cluster.ssh(machine, "date +%s.%N").dropLast()))
            #expect((earliest - 1...Date.now.timeIntervalSince1970 + 1).contains(there), "\(machine)'s clock")
        }
        // Nothing is evicted afterwards, either: the controllers look again every few seconds.
        let end = ContinuousClock.now + .seconds(15)
        repeat {
            let pods = try await WebDeployment.pods(cluster, running: 1)
            #expect(pods.map(WebDeployment.identity) == [WebDeployment.identity(saved.pod)])
            #expect(try await cluster.ssh(saved.node, Self.processes) == saved.processes)
            #expect(try await cluster.kubectl("get", "nodes").matches(of: /\ Ready\ /).count == 3)
        } while ContinuousClock.now < end
        #expect(try await cluster.output("snapshot", "list").contains("first"))
        try await cluster.output("snapshot", "delete", "first")
        #expect(try await !cluster.output("snapshot", "list").contains("first"))
    }

    @Test func `what kubectl deletes leaves no process, mount, cgroup or link on any node`() async throws {
        let cluster = try await Self.shared.cluster()
        try await cluster.kubectl("delete", "deployment", "web")
        let look = """
            pgrep -cf '[h]ttpd -f'; grep -c overlay /proc/mounts; ls -d /sys/fs/cgroup/system.slice/clusterfile-pods.service/pod* 2>/dev/null | wc -l; \
            ip -o link show type veth | wc -l
            """
        for node in ["node1", "node2"] {
            _ = try await Command.eventually(within: 60, "an empty \(node)") {
                try await cluster.ssh(node, look)
            } until: {
                $0 == "0\n0\n0\n0\n"
            }
        }
    }

    @Test func `down leaves nothing of the cluster, and a second down says so`() async throws {
        let cluster = try await Self.shared.cluster()
        let uuid = try #require(try JSON(parsing: try await cluster.output("status", "-o", "json"))["uuid"]?.string)
        try await cluster.output("down", "--yes", deadline: 120)
        #expect(try await !TestCluster.virsh("list", "--all", "--name").contains("systest_"))
        #expect(try await !TestCluster.virsh("net-list", "--all", "--name").contains("systest"))
        #expect(try await !TestCluster.virsh("vol-list", "clusterfile").contains(uuid))
        let again = try await cluster.clusterfile("down", "--yes")
        #expect(again.status == 0)
        #expect(again.errors.contains("nothing to remove"), "\(again.transcript)")
        await cluster.remove()
    }
}
