import Foundation
import JSON
import Testing

/// One cluster on two libvirts, each in a network namespace of its own, joined by a veth pair: the first lab, and a second one that
/// is reached through its SSH server alone, as another host's would be.
@Suite struct HypervisorsTests {
    /// The second lab, which no other test has.
    private static let far = Lab(number: 7)
    /// At these the labs reach each other (scripts/lab join).
    private static let addresses = ("169.254.214.21", "169.254.214.22")

    private static func clusterfile(_ ssh: LabSSH, near: String = "3GiB", more: String = "") throws -> String {
        """
        cluster: spanning
        network: {address: 192.168.158.0/24}
        hypervisors:
          - {name: near, uri: "\(try TestCluster.libvirt())", address: \(addresses.0), memory: \(near)}
          - {name: far, uri: "\(ssh.uri)", memory: 1792MiB}
        defaults: {image: debian-12, memory: 1GiB, cpus: 1}
        machines:
          - name: master
            address: 192.168.158.11
            role: master
            on: far
            ports: [{host: 26443, guest: 6443}]
          - {name: worker, address: 192.168.158.21, role: node}
        \(more)
        playbook: $PROJECT/playbooks/cluster.yml
        """
    }

    @Test func `machines go where they fit and are one cluster, which comes and goes whole`() async throws {
        try await Self.far.whileRunning {
            try await Self.far.run("join")
            let ssh = try await LabSSH.start(in: Self.far, at: Self.addresses.1)
            var cluster = try TestCluster(name: "spanning", clusterfile: try Self.clusterfile(ssh))
            cluster.reachesAPIByForward = true
            do {
                try await Self.follow(cluster, ssh)
            } catch {
                await cluster.remove()
                // The test's own failure is what counts.
                try? await ssh.stop()
                throw error
            }
            await cluster.remove()
            try await ssh.stop()
        }
    }

    private static func follow(_ cluster: TestCluster, _ ssh: LabSSH) async throws {
        // Nothing is made where something fits nowhere.
        try cluster.write(try clusterfile(ssh, near: "512MiB"))
        let refused = try await cluster.clusterfile("up", "--yes")
        #expect(refused.status == 1, "\(refused.transcript)")
        #expect(
            refused.errors.contains(
                "machine 'worker' fits on no hypervisor: it wants 1GiB and 1 CPU; near has"), "\(refused.transcript)")
        #expect(try await !TestCluster.virsh("net-list", "--all", "--name").contains("spanning"))

        // The second hypervisor has memory for the master alone.
        try cluster.write(try clusterfile(ssh))
        try await cluster.output("up", "--yes", deadline: 300)
        #expect(try await far.virsh("list", "--name").contains("spanning_master"))
        #expect(try await TestCluster.virsh("list", "--name").contains("spanning_worker"))
        #expect(try await cluster.output("status").matches(of: /\ Ready/).count == 2)
        #expect(try await cluster.output("plan").contains("Nothing to do"))
        #expect(try await cluster.kubectl("get", "nodes").matches(of: /\ Ready\ /).count == 2)

        try await theyReachOneAnother(cluster)
        try await commandsReachBoth(cluster)
        try await oneMomentOfAllIsKept(cluster)
        try await aMachineMoreIsReached(cluster, ssh)

        // Without its Clusterfile, too, all of it is found.
        try FileManager.default.removeItem(at: cluster.folder.appendingPathComponent("Clusterfile"))
        try await cluster.output("down", "-c", "spanning", "--yes")
        for names in [
            try await far.virsh("list", "--all", "--name"), try await far.virsh("net-list", "--all", "--name"),
            try await TestCluster.virsh("list", "--all", "--name"),
            try await TestCluster.virsh("net-list", "--all", "--name"),
        ] { #expect(!names.contains("spanning"), "\(names)") }
    }

    /// By name and address, from machine to machine and to the pods of the other one, with bytes enough for large packets.
    private static func theyReachOneAnother(_ cluster: TestCluster) async throws {
        try await reaches("master", "worker", cluster)
        try await reaches("worker", "master", cluster)
        try await cluster.kubectl("apply", "--validate=false", "-f", "-", input: pods)
        for pod in ["on-master", "on-worker"] {
            try await cluster.kubectl("wait", "--for=condition=Ready", "pod/\(pod)", "--timeout=60s")
        }
        for (machine, pod) in [("master", "on-worker"), ("worker", "on-master")] {
            let address = try await cluster.kubectl("get", "pod", pod, "-o", "jsonpath={.status.podIP}")
            let read = "exec 3<>/dev/tcp/\(address)/80; printf \"GET /big HTTP/1.0\\r\\n\\r\\n\" >&3; grep -ac xyz <&3"
            let count = try await Command.eventually(within: 30, "an answer of \(pod)") {
                try await cluster.ssh(machine, "timeout 20 bash -c '\(read)'").trimmingCharacters(
                    in: .whitespacesAndNewlines)
            } until: {
                $0 == "100000"
            }
            #expect(count == "100000", "\(machine) → \(pod)")
        }
    }

    private static func commandsReachBoth(_ cluster: TestCluster) async throws {
        let said = try await cluster.output("exec", "--", "hostname")
        #expect(said.contains("master | master") && said.contains("worker | worker"), "\(said)")
        #expect(try await !cluster.output("console", "worker", "--log").isEmpty)
        try await cluster.output("halt", "worker")
        #expect(try await !TestCluster.virsh("list", "--name").contains("spanning_worker"))
        try await cluster.output("start", "worker")
        try await reaches("worker", "master", cluster)
    }

    /// By its name, which each libvirt's DNS knows.
    private static func reaches(_ machine: String, _ other: String, _ cluster: TestCluster) async throws {
        let greeting = try await Command.eventually(within: 30, "\(machine) to reach \(other)") {
            try await cluster.ssh(machine, "timeout 5 bash -c 'head -1 < /dev/tcp/\(other)/22' || true")
        } until: {
            $0.hasPrefix("SSH-2.0-")
        }
        #expect(greeting.hasPrefix("SSH-2.0-"))
    }

    /// A snapshot is of the machines on all hypervisors, and the tunnels go on after it.
    private static func oneMomentOfAllIsKept(_ cluster: TestCluster) async throws {
        for machine in ["master", "worker"] { try await cluster.ssh(machine, "echo before > ~/word") }
        try await cluster.output("snapshot", "save", "both")
        for machine in ["master", "worker"] { try await cluster.ssh(machine, "echo after > ~/word") }
        try await cluster.output("snapshot", "restore", "both", "--yes")
        for machine in ["master", "worker"] { #expect(try await cluster.ssh(machine, "cat ~/word") == "before\n") }
        try await reaches("master", "worker", cluster)
        try await reaches("worker", "master", cluster)
        #expect(try await cluster.output("snapshot", "list").contains("both"))
        let fork = try await cluster.clusterfile("snapshot", "fork", "both", "--as", "spanning-fork")
        #expect(fork.status == 1 && fork.errors.contains("it is on several hypervisors"), "\(fork.transcript)")
    }

    /// The tunnels of those that are there learn of it.
    private static func aMachineMoreIsReached(_ cluster: TestCluster, _ ssh: LabSSH) async throws {
        try cluster.write(
            try clusterfile(ssh, more: "  - {name: late, address: 192.168.158.22, memory: 512MiB, on: far}"))
        try await cluster.output("up", "--yes", deadline: 300)
        try await reaches("master", "late", cluster)
        try await reaches("late", "master", cluster)
        try await reaches("late", "worker", cluster)
    }

    private static let pods = ["master", "worker"].map { machine in
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: on-\(machine)}
        spec:
          nodeName: \(machine)
          terminationGracePeriodSeconds: 1
          containers:
          - name: httpd
            image: busybox
            command: [sh, -c, "mkdir -p /www && yes xyz | head -n 100000 > /www/big && exec httpd -f -p 80 -h /www"]
        """
    }.joined(separator: "\n---\n")
}
