import Bundles
import Diagnostics
import JSON
import Synchronization
import Testing

@testable import Inventories
@testable import Plays

/// Hosts that come to be while plays run.
@Suite struct AddHostTests {
    private func run(
        _ site: String, hosts: [String] = ["a", "b"], files: [String: String] = [:], limit: String? = nil,
        isLocal: Bool = false
    ) async throws -> (LocalMachine, PlaybookRecap, [HostEvent], [HostInRun]) {
        let machine = try LocalMachine()
        try machine.write(site, to: "site.yml")
        for (path, text) in files { try machine.write(text, to: path) }
        var playbook = try CompiledPlaybook(
            machine.root + "/site.yml", inventory: Inventory(hosts: hosts.map { Inventory.Host($0) }, groups: []),
            extraVariables: ["root": .string(machine.root)])
        if let limit { playbook = playbook.limited(to: HostPattern(limit)) }
        let log = EventLog()
        let reached = Mutex<[HostInRun]>([])
        let connect: PlaybookRun.Connect = { host in
            reached.withLock { $0.append(host) }
            var channel = machine.connect(host.name)
            channel.isLocal = isLocal
            return channel
        }
        let recap = try await PlaybookRun([playbook], patience: .seconds(5)).run(
            connect: connect, connectBeside: connect, report: { log.add($0) })
        return (machine, recap, log.events, reached.withLock { $0 })
    }

    @Test func `An added host is known at once, and taken into later plays with its variables`() async throws {
        let (machine, recap, events, reached) = try await run(
            """
            - hosts: all
              gather_facts: false
              tasks:
                - add_host:
                    name: "{{ item }}:2222"
                    groups: "late, other "
                    ansible_host: 192.0.2.1
                    colour: "{{ inventory_hostname }}"
                  loop: [n1, n2, n1]
                  register: added
                - copy:
                    content: "{{ hostvars.n1.colour }} {{ hostvars['n2'].word }} {{ groups.late | join(',') }} {{ ansible_play_hosts_all | join(',') }} {{ (added | default({'results': []})).results | map(attribute='changed') | join(',') }}"
                    dest: "{{ root }}/{{ inventory_hostname }}"
                - {add_host: name=n2 groups=late extra=5, register: again}
                - {add_host: name=n2 groups=late extra=5, register: third}
                - copy: {content: "{{ (again.changed ~ ' ' ~ third.changed) if again is defined }} {{ inventory_hostname }}", dest: "{{ root }}/by-n2-{{ inventory_hostname }}"}
                  delegate_to: n2
            - hosts: late:!n3
              gather_facts: false
              tasks:
                - copy: {content: "{{ word }} {{ colour }} {{ group_names | join(',') }} {{ extra | default('none') }} {{ groups.all | join(',') }}{{ inventory_dir }}", dest: "{{ root }}/{{ inventory_hostname }}"}
            """, files: ["group_vars/late.yml": "word: late\n"])
        #expect(recap.succeeded, "\(events)")
        for host in ["a", "b"] {
            // What an added host registers is the first machine's.
            #expect(machine.text(host) == "a late n1,n2 a,b,n1,n2 \(host == "a" ? "True,True,False" : "")")
            #expect(machine.text("by-n2-\(host)") == (host == "a" ? "True False a" : " b"))
        }
        #expect(machine.text("n1") == "late a late,other none a,b,n1,n2")
        #expect(machine.text("n2") == "late a late,other 5 a,b,n1,n2")
        #expect(recap.counts["a"]?.ok == 5 && recap.counts["a"]?.changed == 4)
        #expect(recap.counts["b"]?.ok == 2 && recap.counts["n1"]?.ok == 1)
        let late = reached.filter { $0.name == "n1" }.map { $0.inventory.variables(of: "n1") }
        #expect(late.count == 1 && late[0]["ansible_ssh_port"] == 2222 && late[0]["ansible_host"] == "192.0.2.1")
        #expect(reached.filter { $0.name == "n2" }.count == 2)
    }

    @Test(arguments: [(nil, ["n1", "n2"]), ("a:n1", ["n1"]), ("a", [])])
    func `A limit counts for added hosts as they are then`(limit: String?, wanted: [String]) async throws {
        let (machine, recap, events, _) = try await run(
            """
            - hosts: a
              gather_facts: false
              tasks:
                - {add_host: {name: n1, groups: late}}
                - {add_host: {name: n2, groups: late}}
            - hosts: late
              gather_facts: false
              tasks: [{shell: "echo {{ inventory_hostname }} >> {{ root }}/log"}]
            """, limit: limit)
        #expect(recap.succeeded, "\(events)")
        #expect((machine.text("log") ?? "").split(separator: "\n").map(String.init).sorted() == wanted)
    }

    @Test func `This machine adds hosts without being in the inventory, in roles and handlers`() async throws {
        let (machine, recap, events, reached) = try await run(
            """
            - hosts: localhost
              gather_facts: false
              tasks:
                - {command: "echo n1", register: said, notify: Add}
                - include_role: {name: "{{ 'adding' }}"}
              handlers:
                - {name: Add, add_host: {name: "{{ said.stdout }}", groups: late}}
            - hosts: late
              gather_facts: false
              tasks: [{copy: {content: "{{ hostvars.localhost.said.stdout }}", dest: "{{ root }}/{{ inventory_hostname }}"}}]
            """, files: ["roles/adding/tasks/main.yml": "- {add_host: {name: n2, groups: late}, when: true}\n"])
        #expect(recap.succeeded, "\(events)")
        #expect(machine.text("n1") == "n1" && machine.text("n2") == "n1")
        #expect(recap.counts["localhost"]?.changed == 3)
        #expect(reached.first?.inventory.variables(of: "localhost")["ansible_connection"] == "local")
    }

    @Test(arguments: [
        ("ansible_connection: local", false, true), ("ansible_connection: \"{{ said.stdout }}\"", false, false),
        ("ansible_connection: \"{{ said.stdout }}\"", true, true), ("said: \"{{ said.stdout }}\"", false, true),
    ])
    func `A machine does not choose what this controller runs to reach others`(
        variable: String, isLocal: Bool, isAllowed: Bool
    ) async throws {
        let (_, recap, events, _) = try await run(
            """
            - hosts: a
              gather_facts: false
              tasks:
                - {command: "echo local", register: said}
                - add_host:
                    name: n1
                    \(variable)
            """, isLocal: isLocal)
        #expect(recap.succeeded == isAllowed, "\(events)")
        if !isAllowed { #expect(events.messages.contains { $0.contains("does not choose 'ansible_connection'") }) }
    }

    @Test func `A host that joins a group whose play wants root is connected to anew, and knows what it knew`()
        async throws
    {
        let (_, recap, events, reached) = try await run(
            """
            - hosts: a
              gather_facts: false
              tasks:
                - {group_by: {key: rooted}, register: grouped}
                - {set_fact: {fact: known}}
                - {command: "echo said", register: said}
            - hosts: rooted
              gather_facts: false
              become: true
              tasks: [{assert: {that: [grouped is changed, fact == 'known', said.stdout == 'said']}}]
            """)
        #expect(recap.succeeded, "\(events)")
        #expect(reached.map(\.needsRoot) == [false, true])
        #expect(recap.counts["a"]?.ok == 4)
    }
}
