import Diagnostics
import JSON
import Testing

@testable import Bundles
@testable import Inventories
@testable import Plays

/// Groups that come to be while plays run.
@Suite struct GroupByTests {
    private func run(
        _ site: String, hosts: [String] = ["a1", "a2", "b1"], files: [String: String] = [:],
        isChecking: Bool = false
    ) async throws -> (LocalMachine, PlaybookRecap, [HostEvent]) {
        let machine = try LocalMachine()
        try machine.write(site, to: "site.yml")
        for (path, text) in files { try machine.write(text, to: path) }
        let (recap, events) = try await machine.run(hosts: hosts, isChecking: isChecking)
        return (machine, recap, events)
    }

    private let kinds = """
        - hosts: all
          gather_facts: false
          tasks:
            - set_fact: {letter: "{{ inventory_hostname[0] }}"}
            - {group_by: {key: "kind_{{ letter }}"}, register: grouped}
            - copy: {content: "{{ word }} {{ group_names | join(',') }} {{ groups['kind_a'] | join(',') }} {{ hostvars.b1.group_names[0] }}", dest: "{{ root }}/{{ inventory_hostname }}"}
            - {group_by: {key: "kind_{{ letter }}"}, register: again}
            - {name: "{{ grouped is changed }} {{ again is changed }} {{ grouped.add_group }}", ping: }
        - hosts: kind_a
          gather_facts: false
          tasks:
            - copy: {content: "{{ word }} {{ letter }} {{ grouped.parent_groups[0] }} {{ ansible_play_hosts | join(',') }}", dest: "{{ root }}/later-{{ inventory_hostname }}"}
        - hosts: kind_b
          gather_facts: false
          become: "{{ false }}"
          roles: [more]
        """

    @Test func `Groups are seen at once by all, with their variables, and by later plays`() async throws {
        let (machine, recap, events) = try await run(
            kinds,
            files: [
                "group_vars/all.yml": "word: any\n", "group_vars/kind_a.yml": "word: first\n",
                "roles/more/tasks/main.yml": "- copy: {src: '{{ word }}.txt', dest: '{{ root }}/role'}\n",
                "roles/more/files/any.txt": "role",
            ])
        #expect(recap.succeeded, "\(events)")
        #expect(machine.text("a1") == "first kind_a a1,a2 kind_b")
        #expect(machine.text("a2") == "first kind_a a1,a2 kind_b")
        #expect(machine.text("b1") == "any kind_b a1,a2 kind_b")
        #expect(machine.text("later-a1") == "first a all a1,a2" && machine.text("later-a2") == "first a all a1,a2")
        #expect(machine.text("role") == "role" && machine.text("later-b1") == nil)
        #expect(events.tasks("True False kind_a") == 2 && events.tasks("True False kind_b") == 1)
        #expect(recap.counts["a1"]?.ok == 6 && recap.counts["a1"]?.changed == 3)
        #expect(recap.counts["b1"]?.ok == 6 && recap.counts["b1"]?.changed == 3)
    }

    @Test func `Groups come to be in check mode, too`() async throws {
        let (machine, recap, events) = try await run(
            kinds, files: ["group_vars/all.yml": "word: any\n", "roles/more/tasks/main.yml": "- fail:\n"],
            isChecking: true)
        #expect(recap.counts["b1"]?.failed == 1 && recap.counts["a1"]?.ok == 6, "\(events)")
        #expect(machine.text("a1") == nil)
    }

    @Test func `Loops, conditions, parents and odd names group as in the peer`() async throws {
        let (machine, recap, events) = try await run(
            """
            - hosts: all
              gather_facts: false
              tasks:
                - {group_by: {key: "{{ item }}"}, loop: [x, y, x], register: looped, when: inventory_hostname != 'b1'}
                - {group_by: {key: "with space", parents: [outer, "other one"]}}
                - {group_by: {key: outer}, register: outer}
                - {group_by: {key: 'with-space'}, register: top}
                - debug: {msg: "{{ outer is changed }} {{ top is changed }} {{ groups | dict2items | map(attribute='key') | join(',') }}"}
                - copy:
                    content: "{{ looped.results | map(attribute='changed') | join(',') }} {{ group_names | join(',') }} {{ groups.x | join(',') }}"
                    dest: "{{ root }}/{{ inventory_hostname }}"
                  when: looped is not skipped
            """)
        #expect(recap.succeeded, "\(events)")
        #expect(machine.text("a1") == "True,True,False other-one,outer,with-space,x,y a1,a2")
        #expect(machine.text("a2") == "True,True,False other-one,outer,with-space,x,y a1,a2")
        #expect(
            events.messages.filter { $0.hasPrefix("False True all,ungrouped,x,y,with-space,outer,other-one") }.count
                >= 1)
        #expect(events.warnings.filter { $0.contains("'with-space'") }.count == 1)
        #expect(recap.counts["b1"]?.skipped == 2)
    }

    @Test func `Groups of included files are seen by those who do not include them`() async throws {
        let (machine, recap, events) = try await run(
            """
            - hosts: all
              gather_facts: false
              tasks:
                - {include_tasks: "{{ file }}.yml", when: inventory_hostname != 'a1', vars: {file: more}}
                - copy: {content: "{{ groups.found | default([]) | join(',') }}", dest: "{{ root }}/{{ inventory_hostname }}"}
            - hosts: nobody:found
              gather_facts: false
              tasks:
                - {copy: {content: "", dest: "{{ root }}/found-{{ inventory_hostname }}"}}
            - hosts: nobody
              tasks: [{ping: }]
            """,
            files: [
                "more.yml": "- {wait_for: {timeout: 1}, when: inventory_hostname == 'b1'}\n- group_by: {key: found}\n"
            ])
        #expect(recap.succeeded, "\(events)")
        for host in ["a1", "a2", "b1"] { #expect(machine.text(host) == "a2,b1") }
        #expect(machine.text("found-a1") == nil && machine.text("found-b1") == "")
        #expect(events.warnings.filter { $0.contains("no host or group 'nobody'") }.count == 2)
    }

    @Test func `Batches, and playbooks that go one after the other, know the groups that came to be`() async throws {
        let machine = try LocalMachine()
        try machine.write(
            """
            - hosts: all
              serial: 1
              gather_facts: false
              tasks:
                - copy: {content: "{{ groups.seen | default([]) | join(',') }}", dest: "{{ root }}/{{ inventory_hostname }}"}
                - group_by: {key: seen}
            """, to: "site.yml")
        try machine.write(
            "- hosts: seen\n  gather_facts: false\n  tasks: [{copy: {content: \"\", dest: \"{{ root }}/next-{{ inventory_hostname }}\"}}]\n",
            to: "next.yml")
        var configuration = AnsibleConfiguration()
        configuration.hostPatternMismatch = .ignore
        let playbooks = try ["site.yml", "next.yml"].map {
            try CompiledPlaybook(
                machine.root + "/" + $0, inventory: Inventory(hosts: [.init("a"), .init("b")], groups: []),
                extraVariables: ["root": .string(machine.root)], configuration: configuration)
        }
        let recap = try await PlaybookRun(playbooks).run(connect: { machine.connect($0.name) }, report: { _ in })
        #expect(recap.succeeded)
        #expect(machine.text("a") == "" && machine.text("b") == "a")
        #expect(machine.text("next-a") == "" && machine.text("next-b") == "")
    }

    @Test func `This machine is grouped without being in the inventory`() async throws {
        let (machine, recap, events) = try await run(
            """
            - hosts: localhost
              gather_facts: false
              tasks: [{group_by: {key: local}}]
            - hosts: local
              gather_facts: false
              tasks: [{copy: {content: "{{ groups.local }} {{ groups.all }}", dest: "{{ root }}/said"}}]
            """, hosts: ["a"])
        #expect(recap.succeeded, "\(events)")
        #expect(machine.text("said") == "['localhost'] ['a']")
    }

    @Test func `A group within itself is refused, and so is what no task of the playbook asks for`() async throws {
        let (_, recap, events) = try await run(
            """
            - hosts: all
              gather_facts: false
              tasks:
                - {group_by: {key: inner, parents: outer}}
                - {group_by: {key: outer, parents: inner}, register: bad, ignore_errors: true}
                - {name: "{{ bad.msg }}", ping: }
            """, hosts: ["a"])
        #expect(recap.succeeded)
        #expect(events.messages.contains { $0.contains("the group 'outer' cannot be within 'inner'") })
        let machine = try LocalMachine()
        try machine.write("- {hosts: all, tasks: [{group_by: {key: x}}]}", to: "site.yml")
        let playbook = try CompiledPlaybook(
            machine.root + "/site.yml", inventory: Inventory(hosts: [.init("a")], groups: []))
        let ledger = RunLedger([playbook]) { _ in }
        await ledger.begin(["a"])
        func keep(_ module: String, _ arguments: JSONObject) async throws {
            _ = try await ledger.keep(
                KeepRequest(module: module, arguments: arguments, place: [0], ofAll: false, isSecret: false), of: "a",
                in: 0, isLocal: false)
        }
        await #expect(throws: PlayError.keptUnasked(module: "add_host")) { try await keep("add_host", ["name": "b"]) }
        await #expect(throws: PlayError.templateOfMachine(module: "group_by")) {
            try await keep("group_by", ["key": "{{ lookup('pipe', 'id') }}"])
        }
    }

    @Test func `What is done once knows of later plays that a group brings`() async throws {
        let machine = try LocalMachine()
        try machine.write(
            """
            - hosts: all
              gather_facts: false
              tasks: [{group_by: {key: late}}]
            - hosts: late
              gather_facts: false
              tasks: [{shell: "echo done >> {{ root }}/log; test -e {{ root }}/go"}]
            """, to: "site.yml")
        for count in 1...3 {
            let playbook = try CompiledPlaybook(
                machine.root + "/site.yml", inventory: Inventory(hosts: [.init("a")], groups: []),
                extraVariables: ["root": .string(machine.root)], onceAs: "once")
            let recap = try await PlaybookRun([playbook]).run(connect: { machine.connect($0.name) }, report: { _ in })
            #expect(recap.succeeded == (count > 1))
            #expect(machine.text("log")?.count == min(count, 2) * 5)
            try machine.write("", to: "go")
        }
    }

    @Test(arguments: [
        ("group_by: {}", "'group_by' needs 'key'"), ("group_by: {key: x, parent: y}", "'group_by' takes no 'parent'"),
        ("add_host: {groups: x}", "'add_host' needs 'name'"),
        ("set_stats: {data: [x]}", "'data' of 'set_stats' must be a mapping"),
        ("set_stats: {data: {x: 1}, perhost: true}", "'set_stats' takes no 'perhost'"),
    ])
    func `Mistakes in what is said are told before anything runs`(task: String, told: String) throws {
        let machine = try LocalMachine()
        try machine.write("- hosts: all\n  tasks:\n    - \(task)\n", to: "site.yml")
        let error = #expect(throws: Diagnoses.self) {
            try CompiledPlaybook(machine.root + "/site.yml", inventory: Inventory(hosts: [.init("a")], groups: []))
        }
        #expect(error?.description.contains("site.yml:3:") == true && error?.description.contains(told) == true)
    }
}

extension [HostEvent] {
    /// How many machines were through with a task of that name.
    func tasks(_ name: String) -> Int {
        count { if case .task(_, let task) = $0 { task.task == name && task.status == .ok } else { false } }
    }

    var messages: [String] { compactMap { if case .task(_, let task) = $0 { task.message } else { nil } } }

    var warnings: [String] { compactMap { if case .warned(let diagnosis) = $0 { diagnosis.rendered } else { nil } } }
}
