import Foundation
import JSON
import Testing

/// The inventory and the playbook are Ansible's own language: Debian's Ansible carries them out unchanged.
@Suite struct AnsibleTests {
    @Test func `Ansible reaches all machines and installs the same cluster from the same playbook`() async throws {
        let machines = """
            cluster: ansible
            network: {address: 192.168.156.0/24}
            defaults: {image: debian-12-python, memory: 1536MiB}
            machines:
              - {name: master, address: 192.168.156.11, role: master}
              - {name: node, address: 192.168.156.21, role: node}

            """
        let cluster = try TestCluster(name: "ansible", clusterfile: machines)
        try await cluster.output("up", "--yes", deadline: 300)
        let inventory = cluster.folder.appendingPathComponent("inventory.ini").path
        try await cluster.output("inventory").write(toFile: inventory, atomically: true, encoding: .utf8)

        let pong = try await ansible(cluster, "ansible", "all", "-i", inventory, "-m", "ping")
        #expect(pong.matches(of: /"ping": "pong"/).count == 2, "\(pong)")

        let playbook = TestCluster.project.appendingPathComponent("playbooks/cluster.yml").path
        let recap = try await ansible(cluster, "ansible-playbook", "-i", inventory, playbook)
        #expect(recap.matches(of: /unreachable=0 +failed=0/).count == 2, "\(recap)")

        // What Ansible made is what our runner would have made: it finds nothing to change, and every node is Ready.
        try cluster.write(machines + "playbook: $PROJECT/playbooks/cluster.yml\n")
        let result = try await cluster.clusterfile("up", "-o", "json", deadline: 300)
        try #require(result.status == 0, "\(result.transcript)")
        #expect(try JSON(parsing: result.output)["changes"]?.integer == 0, "\(result.transcript)")
        #expect(try await cluster.kubectl("get", "nodes").matches(of: /\ Ready\ /).count == 2)
        await cluster.remove()
    }

    private func ansible(_ cluster: TestCluster, _ arguments: String...) async throws -> String {
        try await Command.output(
            [TestCluster.lab, "exec"] + arguments,
            environment: ["ANSIBLE_PIPELINING": "1", "ANSIBLE_HOME": cluster.folder.path, "ANSIBLE_NOCOLOR": "1"],
            folder: cluster.folder, deadline: 900)
    }
}
