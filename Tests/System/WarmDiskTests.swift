import Foundation
import JSON
import Testing

/// A playbook's installation is prepared once, and machines that are made later find it done.
@Suite(.serialized) struct WarmDiskTests {
    @Test
    func `the next up finds the installation done, also after a down while it was prepared; a cold one does it anew`()
        async throws
    {
        let cluster = try TestCluster(
            name: "warmdisk",
            clusterfile: """
                cluster: warmdisk
                network: {address: 192.168.178.0/24}
                machines:
                  - {name: one, address: 192.168.178.11, image: debian-12, memory: 512MiB}
                playbook: site.yml
                """)
        // Another disk than an earlier run's.
        let text = UUID().uuidString
        try """
        - hosts: all
          become: true
          tasks:
            - name: Install
              copy: {dest: /srv/installed, content: "\(text)"}
              tags: [warm]
            - name: Its own
              copy: {dest: /srv/own, content: "{{ inventory_hostname }}"}
        """.write(to: cluster.folder.appendingPathComponent("site.yml"), atomically: true, encoding: .utf8)

        let first = try await cluster.clusterfile("up", "--warm")
        #expect(first.status == 0, "\(first.transcript)")
        #expect(first.errors.contains("a warm disk is prepared in the background"), "\(first.transcript)")
        #expect(first.errors.contains("changed: Install"), "\(first.transcript)")
        let identity = try await cluster.ssh("one", "cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub")
        try await cluster.output("down", "--yes")

        // Who asks while it is prepared is told so.
        let deadline = ContinuousClock.now + .seconds(180)
        while try await cluster.clusterfile("image", "warm").status == 75, ContinuousClock.now < deadline {
            try await Task.sleep(for: .seconds(1))
        }
        let prepared = try await cluster.clusterfile("image", "warm")
        #expect(prepared.errors.contains("the warm disks of 'warmdisk' are there"), "\(prepared.transcript)")
        #expect(try await !TestCluster.virsh("list", "--all", "--name").contains("clusterfile-warm-"))

        let second = try await cluster.clusterfile("up")
        #expect(second.status == 0, "\(second.transcript)")
        #expect(second.errors.contains("is done already on the warm disks of one"), "\(second.transcript)")
        #expect(!second.errors.contains("changed: Install"), "\(second.transcript)")
        #expect(second.errors.contains("changed: Its own"), "\(second.transcript)")
        #expect(try await cluster.ssh("one", "cat /srv/installed") == text)
        // Its keys and name are its own.
        #expect(try await cluster.ssh("one", "cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub") != identity)
        #expect(try await cluster.ssh("one", "hostname").contains("one"))
        let disk = try #require(
            try await TestCluster.virsh(
                "vol-dumpxml", "--pool", "clusterfile", "\(try await cluster.uuid()).one.system"
            )
            .firstMatch(of: /warm[.][0-9a-f-]+/)
        ).0
        try await cluster.output("down", "--yes")
        // Nobody else has a use for it.
        for volume in ["\(disk).complete", "\(disk).disk"] {
            try await TestCluster.virsh("vol-delete", "--pool", "clusterfile", volume)
        }

        let cold = try await cluster.clusterfile("up", "--cold")
        #expect(cold.errors.contains("changed: Install"), "\(cold.transcript)")
        #expect(!cold.errors.contains("warm disk"), "\(cold.transcript)")
        await cluster.remove()
    }
}
