import Foundation
import JSON
import Testing

/// A cluster follows its Clusterfile: machines come and go, and a playbook with mistakes is refused before anything is touched.
@Suite struct ChangeTests {
    private static func clusterfile(nodes: String = "", playbook: String = "$PROJECT/playbooks/cluster.yml") -> String {
        """
        cluster: changing
        network: {address: 192.168.155.0/24}
        defaults: {image: debian-12, memory: 1536MiB}
        machines:
          - {name: master, address: 192.168.155.11, role: master}
        \(nodes)
        playbook: \(playbook)
        """
    }

    @Test func `a playbook with mistakes touches nothing`() async throws {
        let cluster = try TestCluster(name: "changing", clusterfile: Self.clusterfile(playbook: "mine.yml"))
        try """
        - hosts: all
          tasks:
            - name: Misspelled
              fille: {path: /srv/x}
            - name: Without a destination
              copy: {src: /etc/hostname}
        """.write(to: cluster.folder.appendingPathComponent("mine.yml"), atomically: true, encoding: .utf8)
        let result = try await cluster.clusterfile("up", "--yes")
        #expect(result.status == 65, "\(result.transcript)")
        #expect(result.errors.contains("mine.yml:4:7: unknown module 'fille'"), "\(result.transcript)")
        #expect(result.errors.contains("mine.yml:5:7: 'copy' needs 'dest'"), "\(result.transcript)")
        #expect(try await !TestCluster.virsh("list", "--all", "--name").contains("changing"))
        #expect(try await !TestCluster.virsh("net-list", "--all", "--name").contains("changing"))
        let state = cluster.folder.appendingPathComponent("state/clusterfile")
        #expect(try FileManager.default.contentsOfDirectory(atPath: state.path) == [])
        await cluster.remove()
    }

    @Test func `a machine more and a machine less are followed, by the nodes and by the master's user`() async throws {
        let cluster = try TestCluster(name: "changing", clusterfile: Self.clusterfile())
        try await cluster.output("up", "--yes", deadline: 300)
        // Alone, the master runs pods itself.
        try await cluster.kubectl("run", "solo", "--image=busybox", "--restart=Never", "--", "sleep", "1000")
        try await cluster.kubectl("wait", "--for=condition=Ready", "pod/solo", "--timeout=60s")

        try cluster.write(Self.clusterfile(nodes: "  - {name: late, address: 192.168.155.21, role: node}"))
        let plan = try await cluster.output("plan")
        #expect(plan.contains("define the machine late: there is no domain of that name"), "\(plan)")
        #expect(!plan.contains("master"), "\(plan)")
        try await cluster.output("up", "--yes", deadline: 300)
        #expect(try await cluster.ssh("master", "ssh -o BatchMode=yes late hostname") == "late\n")
        #expect(try await cluster.kubectl("get", "nodes").matches(of: /\ Ready\ /).count == 2)

        try cluster.write(Self.clusterfile())
        let refused = try await cluster.clusterfile("up")
        #expect(refused.status == 1, "\(refused.transcript)")
        #expect(refused.errors.contains("destroys data"), "\(refused.transcript)")
        #expect(try await TestCluster.virsh("list", "--name").contains("changing_late"))
        try await cluster.output("up", "--yes", deadline: 300)
        #expect(try await !TestCluster.virsh("list", "--all", "--name").contains("changing_late"))
        #expect(try await !cluster.kubectl("get", "nodes").contains("late"))
        #expect(try await cluster.kubectl("get", "pod", "solo").contains("Running"))
        await cluster.remove()
    }
}
