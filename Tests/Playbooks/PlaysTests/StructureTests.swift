import JSON
import Testing

@testable import Bundles
@testable import Plays

/// Blocks, inclusions, roles and tags, seen by what a run leaves on a machine.
@Suite struct StructureTests {
    private func run(
        _ site: String, files: [String: String] = [:], tags: TagChoice = .all
    ) async throws -> (LocalMachine, PlaybookRecap, [TaskEvent]) {
        let machine = try LocalMachine()
        try machine.write(site, to: "site.yml")
        for (path, text) in files { try machine.write(text, to: path) }
        let (recap, events) = try await machine.run(tags: tags)
        return (machine, recap, events.compactMap { if case .task(_, let event) = $0 { event } else { nil } })
    }

    /// A task that writes a word into the log.
    private static func say(_ word: String) -> String { "shell: echo \(word) >> {{ root }}/log" }

    @Test func `A rescue meets a failure, and what must be done is done in any case`() async throws {
        let (machine, recap, events) = try await run(
            """
            - hosts: all
              gather_facts: false
              tasks:
                - block:
                    - \(Self.say("main"))
                    - {name: The bad one, fail: {msg: bad}}
                    - \(Self.say("never"))
                  rescue:
                    - shell: echo "{{ ansible_failed_task.name }} {{ ansible_failed_result.msg }}" >> {{ root }}/log
                  always:
                    - \(Self.say("always"))
                - block:
                    - block:
                        - fail: {msg: inner}
                      always:
                        - \(Self.say("inner"))
                  rescue:
                    - \(Self.say("outer"))
                - \(Self.say("after"))
                - block:
                    - fail: {msg: last}
                  always:
                    - \(Self.say("end"))
                - \(Self.say("never"))
            """)
        #expect(machine.text("log") == "main\nThe bad one bad\nalways\ninner\nouter\nafter\nend\n", "\(events)")
        #expect(recap.text == "here : ok=7  changed=7  unreachable=0  failed=1  skipped=0  rescued=2  ignored=0")
    }

    @Test func `A block gives its keywords to its tasks`() async throws {
        let (machine, recap, events) = try await run(
            """
            - hosts: all
              gather_facts: false
              vars: {word: play}
              environment: {WORD: play}
              tasks:
                - block:
                    - {shell: "echo $WORD {{ word }} >> {{ root }}/log", notify: mine}
                    - {command: "false"}
                    - block:
                        - {shell: "echo $WORD {{ word }} >> {{ root }}/log"}
                        - {shell: "echo never >> {{ root }}/log", when: true}
                          # Conditions add up.
                      when: word == 'block'
                      vars: {word: inner}
                  vars: {word: block}
                  environment: {WORD: block}
                  ignore_errors: true
                  notify: ours
              handlers:
                - {name: mine, shell: "echo mine >> {{ root }}/log"}
                - {name: ours, shell: "echo ours >> {{ root }}/log"}
            """)
        #expect(recap.succeeded, "\(events)")
        #expect(machine.text("log") == "block block\nmine\nours\n")
    }

    @Test func `Tasks are included under names that are known before and under names that a machine makes`()
        async throws
    {
        let (machine, recap, events) = try await run(
            """
            - hosts: all
              gather_facts: false
              tasks:
                - include_tasks: say.yml
                  vars: {word: fixed}
                - include_tasks: {file: "{{ item }}.yml", apply: {environment: {X: applied}}}
                  loop: [say, shout]
                  when: item != 'shout' or word is undefined
                  vars: {word: "of {{ item }}"}
                - command: echo shout
                  register: said
                  changed_when: false
                - include_tasks: "{{ said.stdout }}.yml"
                - include_tasks: nowhere.yml
                  when: false
                - include_tasks: "{{ said.stdout }}-there.yml"
                  ignore_errors: true
            """,
            files: [
                "say.yml": "- shell: echo say {{ word }} $X {{ item | default('') }} >> {{ root }}/log\n",
                "shout.yml": "- import_tasks: deeper.yml\n  when: true\n",
                "deeper.yml": "- shell: echo shout {{ word | default('alone') }} >> {{ root }}/log\n",
            ])
        #expect(recap.succeeded, "\(events)")
        #expect(machine.text("log") == "say fixed\nsay of say applied say\nshout alone\n")
        // Ansible's: 3 inclusions, 3 tasks in them, the command, and the failure that is ignored.
        #expect(
            recap.text == "here : ok=8  changed=3  unreachable=0  failed=0  skipped=1  rescued=0  ignored=1",
            "\(events)")
    }

    @Test func `A role that is included has its own variables, and its handlers are the play's`() async throws {
        let (machine, recap, events) = try await run(
            """
            - hosts: all
              gather_facts: false
              tasks:
                - include_role: {name: one}
                  vars: {word: parameter}
                - include_role: {name: "{{ item }}", tasks_from: other, public: true}
                  loop: [one]
                - shell: echo "{{ mine | default('hidden') }} {{ fallback | default('hidden') }}" >> {{ root }}/log
                - import_role: {name: two}
                - {command: "true", notify: "one : tell"}
              handlers:
                - {name: tell, shell: "echo of play >> {{ root }}/log"}
            """,
            files: [
                "roles/one/tasks/main.yml":
                    "- shell: echo main {{ word }} {{ mine }} {{ fallback }} >> {{ root }}/log\n  notify: tell\n",
                "roles/one/tasks/other.yml": "- shell: echo other {{ mine }} {{ role_name }} >> {{ root }}/log\n",
                "roles/one/vars/main.yml": "{mine: vars}", "roles/one/defaults/main.yml": "{fallback: default}",
                "roles/one/handlers/main.yml": "- {name: tell, shell: 'echo told by {{ mine }} >> {{ root }}/log'}",
                "roles/two/meta/main.yml": "dependencies: [{role: three, depth: 3}]",
                "roles/two/tasks/main.yml": "- shell: echo two {{ beneath }} >> {{ root }}/log\n",
                "roles/three/tasks/main.yml": "- shell: echo three {{ depth }} >> {{ root }}/log\n",
                "roles/three/vars/main.yml": "{beneath: seen}",
            ])
        #expect(recap.succeeded, "\(events)")
        #expect(
            machine.text("log") == """
                main parameter vars default
                other vars one
                vars default
                three 3
                two seen
                told by vars
                told by vars

                """)
    }

    @Test func `Variables are included from files that a machine names`() async throws {
        let (machine, recap, events) = try await run(
            """
            - hosts: all
              gather_facts: false
              tasks:
                - command: echo debian
                  register: said
                - include_vars: "{{ said.stdout }}.yml"
                - include_vars: {file: more.yml, name: kept}
                - include_vars: {dir: many, ignore_files: [c.yml]}
                - shell: echo "{{ greeting }} {{ kept.a }} {{ a }} {{ b }} {{ c | default('-') }}" >> {{ root }}/log
                - include_vars: /etc/passwd
                  ignore_errors: true
            """,
            files: [
                "vars/debian.yml": "{word: there, greeting: 'hello {{ word }}'}", "vars/more.yml": "{a: 1}",
                "vars/many/a.yml": "{a: 2, b: 3}", "vars/many/b.yml": "{b: 4}", "vars/many/c.yml": "{c: 5}",
                "vars/many/d.txt": "{b: 6}",
            ])
        #expect(recap.succeeded, "\(events)")
        #expect(machine.text("log") == "hello there 1 2 4 -\n")
        #expect(events.last?.message?.contains("does not get /etc/passwd") == true, "\(events.last?.message ?? "")")
    }

    @Test func `Files under names that a machine makes come from the playbook's folders alone`() async throws {
        let (machine, recap, events) = try await run(
            """
            - hosts: all
              gather_facts: false
              tasks:
                - command: echo late
                  register: said
                - copy: {src: "{{ said.stdout }}.txt", dest: "{{ root }}/copied"}
                - template: {src: "{{ said.stdout }}.j2", dest: "{{ root }}/rendered"}
                - copy: {src: "/etc/{{ said.stdout | replace('late', 'hostname') }}", dest: "{{ root }}/stolen"}
                  ignore_errors: true
            """, files: ["files/late.txt": "text", "templates/late.j2": "{{ said.stdout }}!"])
        #expect(recap.succeeded, "\(events)")
        #expect(machine.text("copied") == "text")
        #expect(machine.text("rendered") == "late!")
        #expect(machine.text("stolen") == nil)
    }

    @Test func `Loops tell of their state and show items as they are told to`() async throws {
        let (machine, recap, events) = try await run(
            """
            - hosts: all
              gather_facts: false
              tasks:
                - shell: >-
                    echo {{ number }} {{ thing.name }} {{ ansible_loop.first }} {{ ansible_loop.revindex }}
                    {{ ansible_loop.nextitem.name | default('-') }} {{ ansible_loop_var }} >> {{ root }}/log
                  loop: [{name: a, secret: x}, {name: b, secret: y}]
                  loop_control: {loop_var: thing, index_var: number, label: "<{{ thing.name }}>", extended: true, pause: 0.01}
            """)
        #expect(recap.succeeded, "\(events)")
        #expect(machine.text("log") == "0 a True 2 b thing\n1 b False 1 - thing\n")
        #expect(events.compactMap(\.item) == ["<a>", "<b>"])
    }

    private static let tagged = """
        - hosts: all
          gather_facts: false
          tasks:
            - {shell: "echo plain >> {{ root }}/log"}
            - {shell: "echo a >> {{ root }}/log", tags: a}
            - {shell: "echo ab >> {{ root }}/log", tags: [a, b]}
            - {shell: "echo always >> {{ root }}/log", tags: always}
            - {shell: "echo never >> {{ root }}/log", tags: [never, debug]}
            - block:
                - {shell: "echo block >> {{ root }}/log"}
              tags: c
            - {include_tasks: {file: more.yml, apply: {tags: applied}}, tags: "c,d"}
        """

    @Test(arguments: [
        (TagChoice.all, "plain a ab always block inner c"), (TagChoice(only: ["a"], skipped: []), "a ab always"),
        (TagChoice(only: ["b", "debug"], skipped: []), "ab always never"),
        (TagChoice(only: [], skipped: ["a"]), "plain always block inner c"),
        (TagChoice(only: ["tagged"], skipped: []), "a ab always block inner c"),
        (TagChoice(only: ["untagged"], skipped: []), "plain always"),
        (TagChoice(only: ["c"], skipped: ["always"]), "block c"),
        (TagChoice(only: ["d", "applied"], skipped: []), "always inner c"),
    ])
    func `Tags choose tasks by Ansible's rules`(tags: TagChoice, wanted: String) async throws {
        let (machine, recap, events) = try await run(
            Self.tagged,
            files: [
                "more.yml":
                    "- {shell: 'echo inner >> {{ root }}/log'}\n- {shell: 'echo c >> {{ root }}/log', tags: c}\n"
            ], tags: tags)
        #expect(recap.succeeded, "\(events)")
        #expect(machine.text("log")?.split(separator: "\n").joined(separator: " ") == wanted)
    }

    @Test func `A play ends early for who wants that`() async throws {
        let (machine, recap, events) = try await run(
            """
            - hosts: all
              gather_facts: false
              tasks:
                - {command: "true", notify: tell}
                - {meta: end_play, when: false}
                - {meta: noop}
                - block:
                    - {meta: end_host}
                  always:
                    - \(Self.say("never"))
                - \(Self.say("never"))
              handlers:
                - {name: tell, shell: "echo told >> {{ root }}/log"}
            - hosts: all
              gather_facts: false
              tasks:
                - \(Self.say("next"))
            """)
        #expect(recap.succeeded, "\(events)")
        #expect(machine.text("log") == "next\n")
    }

    @Test func `Handlers run after a failure where the play forces them`() async throws {
        let (machine, recap, _) = try await run(
            """
            - hosts: all
              gather_facts: false
              force_handlers: true
              tasks:
                - {command: "true", notify: tell}
                - {fail: {msg: bad}}
              handlers:
                - {name: tell, include_tasks: told.yml}
            """, files: ["told.yml": "- {shell: 'echo told >> {{ root }}/log'}\n"])
        #expect(recap.counts["here"]?.failed == 1)
        #expect(machine.text("log") == "told\n")
    }

    @Test func `Modules take defaults that a play or a block gives them`() async throws {
        let (machine, recap, events) = try await run(
            """
            - hosts: all
              gather_facts: false
              module_defaults: {ansible.builtin.copy: {mode: "0600", content: default}}
              tasks:
                - copy: {dest: "{{ root }}/a"}
                - block:
                    - ansible.builtin.copy: {dest: "{{ root }}/b", content: own}
                  module_defaults: {copy: {mode: "0640"}}
                - shell: stat -c %a {{ root }}/a {{ root }}/b >> {{ root }}/log
            """)
        #expect(recap.succeeded, "\(events)")
        #expect(machine.text("a") == "default" && machine.text("b") == "own")
        #expect(machine.text("log") == "600\n640\n")
    }
}
