import Foundation
import Testing

/// Tasks of a Clusterfile's playbook that are done elsewhere than on the machine whose tasks they are.
@Suite struct DelegationTests {
    @Test func `machines do tasks for others, and so does the host that runs it`() async throws {
        let cluster = try TestCluster(
            name: "delegated",
            clusterfile: """
                cluster: delegated
                network: {address: 192.168.172.0/26}
                defaults: {memory: 512MiB}
                machines:
                  - {name: one, address: 192.168.172.11, image: debian-12}
                  - {name: two, address: 192.168.172.12, image: debian-12}
                playbook: play.yml
                """)
        let here = cluster.folder.appendingPathComponent("here").path
        try """
        - hosts: localhost
          gather_facts: false
          tasks:
            - file: {path: \(here), state: directory}
            - set_fact: {word: "known here"}
        - hosts: all
          gather_facts: false
          become: true
          tasks:
            - command: hostname
              delegate_to: one
              register: name
              changed_when: false
            - copy: {content: "{{ hostvars.localhost.word }}\\n", dest: "/root/for-{{ inventory_hostname }}"}
              delegate_to: one
            - local_action: {module: copy, content: "{{ name.stdout }}\\n", dest: "\(here)/{{ inventory_hostname }}"}
              become: false
        """.write(to: cluster.folder.appendingPathComponent("play.yml"), atomically: true, encoding: .utf8)
        _ = try await cluster.output("up", "--yes")
        #expect(try await cluster.ssh("one", "sudo cat /root/for-one /root/for-two") == "known here\nknown here\n")
        for machine in ["one", "two"] {
            #expect(try String(contentsOfFile: "\(here)/\(machine)", encoding: .utf8) == "one\n")
        }
        let again = try await cluster.clusterfile("up", "--yes")
        #expect(again.transcript.contains("nothing to do"), "\(again.transcript)")
        await cluster.remove()
    }
}
