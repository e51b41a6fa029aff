import Foundation
import JSON
import Testing

@testable import Bundles
@testable import Plays

/// What the language means, seen by what a run leaves on a machine.
@Suite struct SemanticsTests {
    private func run(_ site: String, files: [String: String] = [:]) async throws -> (
        LocalMachine, PlaybookRecap, [TaskEvent]
    ) {
        let machine = try LocalMachine()
        try machine.write(site, to: "site.yml")
        for (path, text) in files { try machine.write(text, to: path) }
        let (recap, events) = try await machine.run()
        return (machine, recap, events.compactMap { if case .task(_, let event) = $0 { event } else { nil } })
    }

    @Test func `Variables win by Ansible's precedence, and templates in them see the winners`() async throws {
        let (machine, recap, events) = try await run(
            """
            - hosts: all
              gather_facts: false
              vars: {c: play, d: play, e: play, shown: "{{ a }} {{ b }} {{ c }} {{ d }} {{ e }} {{ f }}"}
              roles:
                - {role: one, f: parameter}
              tasks:
                - copy: {content: "{{ shown }}", dest: "{{ root }}/play"}
            """,
            files: [
                "group_vars/all.yml": "{b: group, c: group}",
                "roles/one/defaults/main.yml":
                    "{a: default, b: default, c: default, d: default, e: default, f: default}",
                "roles/one/vars/main.yml": "{d: role}",
                "roles/one/tasks/main.yml":
                    "- copy: {content: '{{ shown }} {{ role_name }}', dest: '{{ root }}/role'}\n  vars: {e: task}\n",
            ])
        #expect(recap.succeeded, "\(events)")
        #expect(machine.text("role") == "default group play role task parameter one")
        #expect(machine.text("play") == "default group play role play default")
    }

    @Test func `Loops, conditions and results work together`() async throws {
        let (machine, recap, events) = try await run(
            """
            - hosts: all
              gather_facts: false
              tasks:
                - command: echo {{ item }}
                  loop: [a, b, c]
                  when: item != 'b'
                  register: said
                  changed_when: item == 'c'
                - copy:
                    content: "{{ said.results | rejectattr('skipped', 'defined') | map(attribute='stdout') | join(',') }} {{ said is changed }}"
                    dest: "{{ root }}/said"
                - command: "false"
                  register: bad
                  ignore_errors: true
                - copy: {content: "{{ bad.rc }} {{ bad is failed }}", dest: "{{ root }}/bad"}
                - command: echo fine
                  register: fine
                  failed_when: "'fine' not in fine.stdout"
                - set_fact: {later: "{{ fine.stdout | upper }}"}
                - copy: {content: "{{ later }}", dest: "{{ root }}/later"}
                - shell: echo x >> {{ root }}/tries; test $(wc -l < {{ root }}/tries) -ge 3
                  register: tried
                  until: tried.rc == 0
                  retries: 5
                  delay: 0
                - copy: {content: "{{ tried.attempts }}", dest: "{{ root }}/attempts"}
                - command: never
                  when: false
                  loop: "{{ undefined_list }}"
            """)
        #expect(recap.succeeded, "\(events)")
        #expect(machine.text("said") == "a,c True")
        #expect(machine.text("bad") == "1 True")
        #expect(machine.text("later") == "FINE")
        #expect(machine.text("attempts") == "3")
        #expect(recap.counts["here"]?.ignored == 1)
        #expect(recap.counts["here"]?.skipped == 1)
    }

    @Test func `Handlers run once, in the order of definition, at the end or when they are flushed`() async throws {
        let (machine, recap, events) = try await run(
            """
            - hosts: all
              gather_facts: false
              tasks:
                - {command: "true", notify: [second, topic]}
                - {command: "true", notify: first}
                - shell: echo before >> {{ root }}/log
                - meta: flush_handlers
                - shell: echo after >> {{ root }}/log
                - {command: "true", notify: first}
                - {command: "true", notify: second, changed_when: false}
              handlers:
                - {name: first, shell: "echo first >> {{ root }}/log"}
                - {name: second, shell: "echo second >> {{ root }}/log"}
                - {name: third, listen: topic, shell: "echo third >> {{ root }}/log"}
            """)
        #expect(recap.succeeded, "\(events)")
        #expect(machine.text("log") == "before\nfirst\nsecond\nthird\nafter\nfirst\n")
    }

    @Test func `A failed task ends the machine's play, and its handlers wait for the next run`() async throws {
        let site = """
            - hosts: all
              gather_facts: false
              tasks:
                - {copy: {content: x, dest: "{{ root }}/config"}, notify: restart}
                - command: test -e {{ root }}/fixed
                  changed_when: false
              handlers:
                - {name: restart, shell: "echo restarted >> {{ root }}/log"}
            """
        let (machine, recap, _) = try await run(site)
        #expect(recap.counts["here"]?.failed == 1)
        #expect(machine.text("log") == nil)
        try machine.write("", to: "fixed")
        // The file is in place already: only the journal knows that a restart is owed.
        let second = try await machine.run().recap
        #expect(second.text == "here : ok=3  changed=1  unreachable=0  failed=0  skipped=0  rescued=0  ignored=0")
        #expect(machine.text("log") == "restarted\n")
        let third = try await machine.run().recap
        #expect(third.changed == 0)
        #expect(machine.text("log") == "restarted\n")
    }

    @Test func `A secret of a no_log task is in no event, whatever becomes of it`() async throws {
        let (_, recap, events) = try await run(
            """
            - hosts: all
              gather_facts: false
              vars: {secret: s3cr3t}
              tasks:
                - {copy: {content: "{{ secret }}", dest: "{{ root }}/{{ item }}"}, no_log: true, loop: ["{{ secret }}"]}
                - {command: "echo {{ secret }}", no_log: true}
                - {shell: "echo {{ secret }} >&2; false", no_log: true, ignore_errors: true}
                - {fail: {msg: "{{ secret }}"}, no_log: "{{ true }}"}
            """)
        #expect(recap.counts["here"]?.failed == 1)
        let all = events.map(\.json.text).joined(separator: "\n")
        #expect(!all.contains("s3cr3t"), "\(all)")
        #expect(all.contains("no_log"))
    }

    @Test func `Undefined variables and broken templates fail their task with their place`() async throws {
        let (_, _, events) = try await run(
            """
            - hosts: all
              gather_facts: false
              tasks:
                - template: {src: t.j2, dest: "{{ root }}/x"}
            """, files: ["templates/t.j2": "fine\n{{ nobody.home }}\n"])
        #expect(events.last?.status == .failed)
        #expect(
            events.last?.message
                == "t.j2:2:4: 'nobody' is undefined\n  fix: define it, or give it a default: nobody | default(…)")
    }

    @Test func `A machine that failed drops out of later plays, others go on`() async throws {
        let machine = try LocalMachine()
        try machine.write(
            """
            - hosts: all
              gather_facts: false
              tasks:
                - {fail: {msg: no}, when: inventory_hostname == 'one'}
            - hosts: all
              gather_facts: false
              tasks:
                - shell: echo {{ inventory_hostname }} >> {{ root }}/second
            """, to: "site.yml")
        let (recap, events) = try await machine.run(hosts: ["one", "two"])
        #expect(machine.text("second") == "two\n", "\(events)")
        #expect(recap.counts["one"]?.failed == 1)
        #expect(!recap.succeeded)
    }

    @Test func `Other machines' variables and groups are at hand`() async throws {
        let machine = try LocalMachine()
        try machine.write(
            """
            - hosts: one
              gather_facts: false
              tasks:
                - copy:
                    content: "{{ hostvars['two'].address }} {{ groups['all'] | join(',') }} {{ hostvars[inventory_hostname].address }}"
                    dest: "{{ root }}/out"
            """, to: "site.yml")
        try machine.write("address: 'of {{ inventory_hostname }}'\n", to: "group_vars/all.yml")
        let (recap, events) = try await machine.run(hosts: ["one", "two"])
        #expect(recap.succeeded, "\(events)")
        #expect(machine.text("out") == "of two one,two of one")
    }

    @Test func `What a machine says is never taken for a template`() async throws {
        let (machine, recap, events) = try await run(
            """
            - hosts: all
              gather_facts: false
              vars: {secret: s3cr3t, indirect: "{{ said.stdout }}"}
              tasks:
                - command: "echo {{ '{{' }} secret {{ '}}' }}"
                  register: said
                - copy: {content: "{{ said.stdout }} {{ indirect }}", dest: "{{ root }}/said"}
                - copy: {content: "{{ item }}", dest: "{{ root }}/item"}
                  loop: "{{ said.stdout_lines }}"
                - set_fact: {kept: "{{ said.stdout }}"}
                - copy: {content: "{{ kept }}", dest: "{{ root }}/kept"}
            """)
        #expect(recap.succeeded, "\(events)")
        #expect(machine.text("said") == "{{ secret }} {{ secret }}")
        #expect(machine.text("item") == "{{ secret }}")
        #expect(machine.text("kept") == "{{ secret }}")
    }

    @Test func `Facts are gathered where a play asks for them`() async throws {
        let (machine, recap, events) = try await run(
            """
            - hosts: all
              tasks:
                - copy: {content: "{{ ansible_system }} {{ ansible_facts.system }}", dest: "{{ root }}/facts"}
            """)
        #expect(recap.succeeded, "\(events)")
        #expect(machine.text("facts") == "Linux Linux")
    }
}
