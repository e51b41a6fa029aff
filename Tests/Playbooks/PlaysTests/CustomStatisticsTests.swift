import JSON
import Testing
import Vault

@testable import Plays

/// What `set_stats` tells at the end, as the peer has it.
@Suite struct CustomStatisticsTests {
    private func run(_ site: String, vault: Vault = Vault()) async throws -> PlaybookRecap {
        let machine = try LocalMachine()
        try machine.write(site, to: "site.yml")
        let (recap, events) = try await machine.run(hosts: ["a", "b", "c"], vault: vault)
        #expect(recap.succeeded, "\(events)")
        return recap
    }

    @Test func `Values of one type are added, in the machines' order, and others left as they were`() async throws {
        let recap = try await run(
            """
            - hosts: a,b,c
              gather_facts: false
              tasks:
                - wait_for: {timeout: 1}
                  when: inventory_hostname == 'a'
                - set_stats:
                    data: {count: 2, list: [a], text: "x", templated: "{{ inventory_hostname }}", flag: true, float: 1.5, map: {k: [1], "{{ inventory_hostname }}": 1}, "k_{{ inventory_hostname }}": "{{ 3 }}"}
                - set_stats:
                    data: {count: 1.5, flag: 3, float: 2, text: "{{ inventory_hostname }}"}
                - set_stats:
                    data: {own: "{{ inventory_hostname }}", n: 1}
                    per_host: true
                  register: r
                - set_stats:
                    data: {n: 5, own: z}
                    per_host: true
                  run_once: true
                - set_stats: {data: {n: 7}, per_host: yes, aggregate: no}
                  when: inventory_hostname == 'b'
                - assert: {that: [r.ansible_stats.data.n == 1, r.ansible_stats.per_host, r.ansible_stats.aggregate, r is not changed]}
                - set_stats: {data: "{{ {'looped': item} }}"}
                  loop: [1, 2]
                - set_stats: {data: {"bad-name": 1}}
                  register: bad
                  failed_when: "'is not valid' not in bad.msg"
                - set_stats: {data: "{{ [1] }}"}
                  register: bad
                  failed_when: "bad.msg is not defined"
                - set_stats:
                - {set_stats: {data: {hidden: "{{ inventory_hostname }}"}}, no_log: true}
            """)
        // The peer's own words for the same, but for the last one, which it shows.
        #expect(
            recap.customStatistics.text == """
                \ta: { "n": 6, "own": "az"}
                \tb: { "n": 7, "own": "bz"}
                \tc: { "n": 6, "own": "cz"}

                \tRUN: { "count": 6, "flag": 12, "float": 4.5, "hidden": "(hidden)", "k_a": "3", "k_b": "3", "k_c": "3", \
                "list": [  "a",  "a",  "a" ], "looped": 9, "map": {  "k": [   1  ],  "{{ inventory_hostname }}": 1 }, \
                "templated": "abc", "text": "xxxabc"}
                """)
        #expect(recap.customStatistics.json["b"]?["n"] == 7)
    }

    @Test func `Nothing is told where nothing was said`() async throws {
        #expect(try await run("- {hosts: all, gather_facts: false, tasks: [{ping: }]}").customStatistics.isEmpty)
    }
}
