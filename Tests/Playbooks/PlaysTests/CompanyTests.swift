import JSON
import Synchronization
import Testing

@testable import Bundles
@testable import Inventories
@testable import Plays

/// What shows across machines, seen by the order in which they write into one file.
@Suite struct CompanyTests {
    private func run(
        _ site: String, hosts: [String] = ["a", "b", "c"], files: [String: String] = [:]
    ) async throws -> (LocalMachine, PlaybookRecap, [HostEvent]) {
        let machine = try LocalMachine()
        try machine.write(site, to: "site.yml")
        for (path, text) in files { try machine.write(text, to: path) }
        let (recap, events) = try await machine.run(hosts: hosts)
        return (machine, recap, events)
    }

    private func lines(_ machine: LocalMachine) -> [String] {
        machine.text("log")?.split(separator: "\n").map(String.init) ?? []
    }

    @Test func `One machine does for all what is to be done once, and all know the result`() async throws {
        let (machine, recap, events) = try await run(
            """
            - hosts: all
              gather_facts: false
              tasks:
                - shell: echo {{ inventory_hostname }} >> {{ root }}/log; echo said
                  run_once: true
                  register: said
                - set_fact: {fact: "of {{ inventory_hostname }}"}
                  run_once: true
                - shell: echo "{{ inventory_hostname }} {{ said.stdout }} {{ fact }}" > {{ root }}/{{ inventory_hostname }}
            """)
        #expect(recap.succeeded, "\(events)")
        #expect(machine.text("log") == "a\n")
        for host in ["a", "b", "c"] { #expect(machine.text(host) == "\(host) said of a\n") }
        #expect(recap.counts["a"]?.ok == 3 && recap.counts["b"]?.ok == 1)
    }

    @Test func `Connections end together, none waits for another's end`() async throws {
        let machine = try LocalMachine()
        try machine.write("- {hosts: all, gather_facts: false, tasks: [{ping: {}}]}", to: "site.yml")
        let inventory = Inventory(hosts: ["a", "b", "c"].map { .init($0) }, groups: [])
        let compiled = try CompiledPlaybook(machine.root + "/site.yml", inventory: inventory)
        let ending = Mutex(0)
        let sawAll = Mutex(0)
        _ = try await PlaybookRun([compiled], forks: 1).run(
            connect: { host in
                var channel = machine.connect(host.name)
                let close = channel.close
                channel.close = {
                    ending.withLock { $0 += 1 }
                    let deadline = ContinuousClock.now + .seconds(5)
                    while ending.withLock({ $0 }) < 3, ContinuousClock.now < deadline { await Task.yield() }
                    if ending.withLock({ $0 }) == 3 { sawAll.withLock { $0 += 1 } }
                    await close()
                }
                return channel
            }, report: { _ in })
        #expect(sawAll.withLock { $0 } == 3)
    }

    @Test func `What fails for all ends the play for all`() async throws {
        let (machine, recap, _) = try await run(
            """
            - hosts: all
              gather_facts: false
              tasks:
                - fail: {msg: bad}
                  run_once: true
                - shell: echo never >> {{ root }}/log
            """)
        #expect(machine.text("log") == nil)
        #expect(recap.counts["a"]?.failed == 1)
        #expect(recap.stopped == ["b", "c"])
    }

    @Test func `A task is done on another machine with this one's variables`() async throws {
        let (machine, recap, events) = try await run(
            """
            - hosts: all
              gather_facts: false
              vars: {word: "of {{ inventory_hostname }}"}
              tasks:
                - shell: "echo {{ word }} >> {{ root }}/log; echo said by {{ inventory_hostname }}"
                  delegate_to: c
                  register: said
                - copy: {src: source.txt, dest: "{{ root }}/copied-{{ inventory_hostname }}"}
                  delegate_to: "{{ groups['all'] | last }}"
                - template: {src: t.j2, dest: "{{ root }}/rendered-{{ inventory_hostname }}"}
                  delegate_to: c
                - shell: "exit 3"
                  delegate_to: a
                  register: bad
                  ignore_errors: true
                - copy: {content: "{{ said.stdout }} {{ bad.rc }}", dest: "{{ root }}/{{ inventory_hostname }}"}
            """, files: ["files/source.txt": "text", "templates/t.j2": "{{ word }}"])
        #expect(recap.succeeded, "\(events)")
        #expect(lines(machine).sorted() == ["of a", "of b", "of c"])
        for host in ["a", "b", "c"] {
            #expect(machine.text(host) == "said by \(host) 3")
            #expect(machine.text("copied-\(host)") == "text")
            #expect(machine.text("rendered-\(host)") == "of \(host)")
        }
    }

    @Test func `A machine sees what others found, in the play's order`() async throws {
        let (machine, recap, events) = try await run(
            """
            - hosts: all
              gather_facts: false
              vars: {all_words: "{{ groups['all'] | map('extract', hostvars, 'word') | join(',') }}"}
              tasks:
                - {command: sleep 0.3, when: inventory_hostname == 'c', changed_when: false}
                - {command: "echo {{ inventory_hostname }}{{ inventory_hostname }}", register: said, changed_when: false}
                - set_fact: {word: "{{ said.stdout }}"}
                - copy: {content: "{{ all_words }} {{ hostvars['c'].said.rc }}", dest: "{{ root }}/{{ inventory_hostname }}"}
            - hosts: a
              gather_facts: false
              tasks:
                - copy: {content: "{{ hostvars['b'].word }}", dest: "{{ root }}/later"}
            """)
        #expect(recap.succeeded, "\(events)")
        for host in ["a", "b", "c"] { #expect(machine.text(host) == "aa,bb,cc 0") }
        #expect(machine.text("later") == "bb")
    }

    @Test func `A later play knows what machines of an earlier one found, and runs where others have failed`()
        async throws
    {
        let (machine, recap, events) = try await run(
            """
            - {hosts: "a,b", gather_facts: false, tasks: [{set_fact: {x: "{{ 5 }}"}}, {fail: , when: inventory_hostname == 'b'}]}
            - {hosts: b, gather_facts: false, tasks: [{ping: }]}
            - {hosts: c, gather_facts: false, tasks: [{copy: {content: "{{ hostvars.a.x }}", dest: "{{ root }}/c"}}]}
            """)
        #expect(recap.counts["b"]?.failed == 1 && machine.text("c") == "5", "\(events)")
    }

    @Test(arguments: [
        ("serial: 1", ["a 1", "a 2", "b 1", "b 2", "c 1", "c 2"], "a"),
        ("serial: [1, 50%]", ["a 1", "a 2", "b 1", "b 2", "c 1", "c 2"], "a"),
        ("serial: 100%", nil, "a,b,c"),
    ])
    func `Batches go one after the other`(serial: String, order: [String]?, batch: String) async throws {
        let (machine, recap, events) = try await run(
            """
            - hosts: all
              gather_facts: false
              \(serial)
              tasks:
                - shell: echo {{ inventory_hostname }} 1 >> {{ root }}/log
                - shell: echo {{ inventory_hostname }} 2 >> {{ root }}/log
                - copy: {content: "{{ ansible_play_batch | join(',') }}", dest: "{{ root }}/{{ inventory_hostname }}"}
            """)
        #expect(recap.succeeded, "\(events)")
        if let order { #expect(lines(machine) == order) }
        #expect(lines(machine).count == 6)
        #expect(machine.text("a") == batch)
    }

    @Test(arguments: [
        ("any_errors_fatal: true", ["a 1", "b 1", "c 1"]), ("max_fail_percentage: 30", ["a 1", "b 1", "c 1"]),
        ("max_fail_percentage: 40", ["a 1", "a 3", "b 1", "c 1", "c 3"]),
    ])
    func `A play ends for all where too many have failed`(keyword: String, wanted: [String]) async throws {
        let (machine, recap, events) = try await run(
            """
            - hosts: all
              gather_facts: false
              \(keyword)
              tasks:
                - shell: echo {{ inventory_hostname }} 1 >> {{ root }}/log
                - {fail: {msg: bad}, when: inventory_hostname == 'b'}
                - shell: echo {{ inventory_hostname }} 3 >> {{ root }}/log
            - hosts: all
              gather_facts: false
              tasks:
                - shell: echo {{ inventory_hostname }} > {{ root }}/next
            """)
        #expect(lines(machine).sorted() == wanted, "\(events)")
        #expect(recap.counts["b"]?.failed == 1)
        #expect((machine.text("next") == nil) == (wanted.count == 3))
    }

    @Test func `A task's own failure is fatal for all where it says so`() async throws {
        let (machine, recap, _) = try await run(
            """
            - hosts: all
              gather_facts: false
              tasks:
                - {fail: {msg: bad}, when: inventory_hostname == 'b', any_errors_fatal: true}
                - shell: echo {{ inventory_hostname }} >> {{ root }}/log
            """)
        #expect(machine.text("log") == nil)
        #expect(recap.stopped == ["a", "c"])
    }

    @Test func `A machine that fails or does not come along holds nobody up`() async throws {
        let (machine, recap, events) = try await run(
            """
            - hosts: all
              gather_facts: false
              tasks:
                - {fail: {msg: bad}, when: inventory_hostname == 'a'}
                - include_tasks: more.yml
                  when: inventory_hostname == 'b'
                - shell: echo {{ ansible_play_hosts | join(',') }} >> {{ root }}/log
                  run_once: true
            """, files: ["more.yml": "- {shell: 'echo included >> {{ root }}/log', run_once: true}\n"])
        #expect(lines(machine) == ["included", "b,c"], "\(events)")
        #expect(recap.counts["a"]?.failed == 1)
    }

    @Test func `Nobody waits in a free play`() async throws {
        let (machine, recap, events) = try await run(
            """
            - hosts: all
              gather_facts: false
              strategy: free
              tasks:
                - {shell: "while ! test -e {{ root }}/c; do sleep 0.02; done", when: inventory_hostname == 'a'}
                - {command: "true", delegate_to: c}
                - shell: echo {{ inventory_hostname }} >> {{ root }}/log; touch {{ root }}/{{ inventory_hostname }}
            """)
        #expect(recap.succeeded, "\(events)")
        #expect(lines(machine).last == "a")
    }
}
