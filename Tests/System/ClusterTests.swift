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
                    playbook: $PROJECT/playbooks/cluster.yml
                    """)
            made = cluster
            return cluster
        }
    }

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
        try await cluster.kubectl("apply", "-f", "-", input: Self.deployment)
        let pods = try await Self.pods(cluster, running: 3)
        #expect(Set(pods.compactMap { $0[path: "spec", "nodeName"]?.string }) == ["node1", "node2"])
        let away = try #require(pods.first { $0[path: "spec", "nodeName"]?.string == "node2" })
        let address = try #require(away[path: "status", "podIP"]?.string)
        #expect(try await cluster.ssh("node1", "curl -s --max-time 10 http://\(address)/").contains("hello"))
        let name = try #require(away[path: "metadata", "name"]?.string)
        #expect(try await cluster.kubectl("logs", name).contains("serving"))
    }

    @Test func `a deleted pod is replaced, and scaling follows`() async throws {
        let cluster = try await Self.shared.cluster()
        let first = try #require(try await Self.pods(cluster, running: 3).first?[path: "metadata", "name"]?.string)
        try await cluster.kubectl("delete", "pod", first, "--grace-period=1")
        let after = try await Self.pods(cluster, running: 3)
        #expect(!after.contains { $0[path: "metadata", "name"]?.string == first })
        try await cluster.kubectl("scale", "deployment/web", "--replicas=5")
        _ = try await Self.pods(cluster, running: 5)
        try await cluster.kubectl("scale", "deployment/web", "--replicas=1")
        _ = try await Self.pods(cluster, running: 1)
    }

    @Test func `the node agent may be killed and restarted without its containers noticing`() async throws {
        let cluster = try await Self.shared.cluster()
        let before = try #require(try await Self.pods(cluster, running: 1).first)
        let node = try #require(before[path: "spec", "nodeName"]?.string)
        let pids = "pgrep -f '[h]ttpd -f' | sort | tr '\\n' ' '"
        let processes = try await cluster.ssh(node, pids)
        try await cluster.ssh(node, "sudo systemctl restart clusterfile-node")
        try await cluster.ssh(node, "sudo systemctl kill -s KILL clusterfile-node")
        _ = try await Command.eventually(within: 60, "the agent's return") {
            try await cluster.ssh(node, "systemctl is-active clusterfile-node || true")
        } until: {
            $0 == "active\n"
        }
        #expect(try await cluster.ssh(node, pids) == processes)
        let after = try #require(try await Self.pods(cluster, running: 1).first)
        #expect(Self.identity(after) == Self.identity(before))
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

    @Test func `a snapshot brings back pods, processes and counts, with the clock set`() async throws {
        let cluster = try await Self.shared.cluster()
        let before = try #require(try await Self.pods(cluster, running: 1).first)
        let node = try #require(before[path: "spec", "nodeName"]?.string)
        let processes = try await cluster.ssh(node, "pgrep -f '[h]ttpd -f' | sort | tr '\\n' ' '")
        try await cluster.output("snapshot", "save", "first", deadline: 300)
        try await cluster.kubectl("delete", "deployment", "web")
        try await cluster.output("snapshot", "restore", "first", "--yes", deadline: 300)
        let after = try #require(try await Self.pods(cluster, running: 1).first)
        #expect(Self.identity(after) == Self.identity(before))
        #expect(try await cluster.ssh(node, "pgrep -f '[h]ttpd -f' | sort | tr '\\n' ' '") == processes)
        for machine in ["master", "node1", "node2"] {
            let there = try #require(Double(try await cluster.ssh(machine, "date +%s.%N").dropLast()))
            #expect(abs(there - Date.now.timeIntervalSince1970) < 1.5, "\(machine)'s clock")
        }
        #expect(try await cluster.kubectl("get", "nodes").matches(of: /\ Ready\ /).count == 3)
        #expect(try await cluster.output("snapshot", "list").contains("first"))
        try await cluster.output("snapshot", "delete", "first")
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

    // MARK: Parts

    private static let deployment = """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web
        spec:
          replicas: 3
          selector:
            matchLabels: {app: web}
          template:
            metadata:
              labels: {app: web}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: httpd
                image: busybox
                command: [sh, -c, "mkdir -p /www && echo hello > /www/index.html && echo serving && exec httpd -f -p 80 -h /www"]
                resources:
                  requests: {cpu: 50m, memory: 16Mi}
        """

    /// The Deployment's pods once exactly so many are there and Running.
    private static func pods(_ cluster: TestCluster, running count: Int) async throws -> [JSON] {
        try await Command.eventually(within: 120, "\(count) running pods") {
            try await cluster.kubectlJSON("get", "pods", "-l", "app=web")["items"]?.array ?? []
        } until: { pods in
            pods.count == count
                && pods.allSatisfy { pod in
                    pod[path: "status", "phase"]?.string == "Running"
                        && pod[path: "metadata", "deletionTimestamp"] == nil
                }
        }
    }

    /// What must not change while a pod lives: its UID, and each container's id and restarts.
    private static func identity(_ pod: JSON) -> [String] {
        [pod[path: "metadata", "uid"]?.string ?? ""]
            + (pod[path: "status", "containerStatuses"]?.array ?? []).map {
                "\($0["containerID"]?.string ?? "") \($0["restartCount"]?.integer ?? -1)"
            }
    }
}
