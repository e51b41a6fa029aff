import Foundation
import JSON
import Testing

/// What fails on one machine does not stop the others, and is told with all that helps.
@Suite struct FailureTests {
    @Test func `a kernel that panics and a machine that never answers leave the good one up`() async throws {
        let cluster = try TestCluster(
            name: "broken", images: try await MuteImages.catalogue(),
            clusterfile: """
                cluster: broken
                network: {address: 192.168.171.0/26}
                defaults: {memory: 256MiB}
                machines:
                  - {name: good, address: 192.168.171.11, image: debian-12, memory: 768MiB}
                  - {name: mute, address: 192.168.171.12, image: mute}
                  - {name: panics, address: 192.168.171.13, image: panic}
                playbook: $PROJECT/Tests/System/Playbooks/idle.yml
                """)
        let result = try await cluster.clusterfile("up", "--boot-timeout", "60", "-o", "json")
        #expect(result.status == 3, "\(result.transcript)")
        let summary = try JSON(parsing: result.output)
        #expect(summary[path: "machines", "good", "failed"]?.integer == 0, "\(result.transcript)")
        #expect(summary[path: "machines", "good", "ok"]?.integer ?? 0 > 0, "\(result.transcript)")
        #expect(summary["failed"]?.object?.keys == ["mute", "panics"], "\(result.transcript)")
        let panic = try #require(summary[path: "failed", "panics"])
        #expect(panic[path: "evidence", "console"]?.array?.last == "Kernel panic - not syncing: a test's")
        #expect(panic["errors"]?[0]?.string?.contains("its kernel gave up") == true, "\(panic.prettyText)")
        let mute = try #require(summary[path: "failed", "mute", "evidence"])
        #expect(mute["state"] == "running" && mute["address"] == "192.168.171.12", "\(mute.prettyText)")
        try await cluster.ssh("good", "true")

        // A person reads the same.
        let again = try await cluster.clusterfile("up", "--boot-timeout", "5")
        #expect(again.status == 3)
        for words in [
            "machine 'panics' failed while connecting", "| Kernel panic - not syncing: a test's",
            "check:   virsh console broken_mute",
            "cluster 'broken' is not as it was wanted: 1 of 3 machines are; failed: mute, panics",
        ] { #expect(again.errors.contains(words), "\(again.transcript)") }
        await cluster.remove()
    }

    @Test func `where every machine failed the exit status says so, and a failed task has its place`() async throws {
        let cluster = try TestCluster(
            name: "brokentask",
            clusterfile: """
                cluster: brokentask
                network: {address: 192.168.171.64/26}
                machines: [{name: one, address: 192.168.171.75, image: debian-12, memory: 768MiB}]
                playbook: play.yml
                """)
        let playbook = cluster.folder.appendingPathComponent("play.yml")
        try """
        - hosts: all
          tasks:
            - name: Say no
              command: sh -c 'echo because >&2; exit 3'
        """.write(to: playbook, atomically: true, encoding: .utf8)
        let result = try await cluster.clusterfile("up", "--yes")
        #expect(result.status == 1, "\(result.transcript)")
        #expect(result.errors.contains("at \(playbook.path):3:7"), "\(result.transcript)")
        #expect(result.errors.contains("\(playbook.path):3:7: task 'Say no' failed:"), "\(result.transcript)")
        #expect(result.errors.contains("one : ok=1 changed=0 failed=1 skipped=0"), "\(result.transcript)")
        let provision = try await cluster.clusterfile("provision", "-o", "json")
        #expect(provision.status == 1)
        #expect(try JSON(parsing: provision.output)[path: "machines", "one", "failed"]?.integer == 1)
        await cluster.remove()
    }
}
