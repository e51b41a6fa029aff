import Bundles
import Diagnostics
import Foundation
import JSON
import Peers
import Synchronization
import Testing

@testable import Plays

/// Keywords of plays: what they are asked, in which order they take hosts, which other files they import.
@Suite struct PlayKeywordTests {
    private static let files = [
        "site.yml": """
        - import_playbook: parts/first.yml
          vars: {given: outer}
          when: not (skipped | default(false))
          tags: imported
        - hosts: all
          gather_facts: false
          order: reverse_sorted
          serial: 1
          tasks:
            - action: shell echo "{{ inventory_hostname }} {{ given | default('none') }}" >> {{ root }}/said
            - local_action:
                module: shell
                cmd: echo local {{ inventory_hostname }} >> {{ root }}/said
            - shell: echo connected {{ inventory_hostname }} >> {{ root }}/said
              connection: local
        """,
        "parts/first.yml": """
        - hosts: here
          gather_facts: false
          roles: [beside]
          tasks:
            - copy: {src: text, dest: "{{ root }}/copied"}
            - shell: echo {{ lookup('file', 'text') }} {{ given }} >> {{ root }}/said
        """,
        "parts/files/text": "a text beside the imported playbook\n",
        "parts/roles/beside/tasks/main.yml": "- shell: echo role {{ given }} >> {{ root }}/said\n",
    ]

    private func machine(_ files: [String: String]) throws -> LocalMachine {
        let machine = try LocalMachine()
        for (path, text) in files { try machine.write(text, to: path) }
        return machine
    }

    @Test @Peers func `Imports, order and local actions do what the peer's do`() async throws {
        let (ours, theirs) = (try machine(Self.files), try machine(Self.files))
        let (recap, events) = try await ours.run(hosts: ["b", "here", "a"])
        #expect(recap.succeeded, "\(events)")
        try theirs.runPeer(hosts: "b,here,a")
        #expect(ours.text("said") == theirs.text("said"))
        #expect(ours.text("copied") == theirs.text("copied"))
    }

    @Test @Peers func `Who runs it takes part without standing in the inventory`() async throws {
        let files = [
            "site.yml": """
            - hosts: localhost
              gather_facts: false
              tasks:
                - shell: echo "{{ inventory_hostname }} {{ group_names }} {{ groups.all }} {{ ansible_connection }}" >> {{ root }}/said
                - set_fact: {made: here}
            - hosts: all
              gather_facts: false
              tasks:
                - shell: echo "{{ hostvars.localhost.made }} {{ hostvars | list }}" >> {{ root }}/said
            """
        ]
        let (ours, theirs) = (try machine(files), try machine(files))
        let (recap, events) = try await ours.run(hosts: ["a"])
        #expect(recap.succeeded, "\(events)")
        try theirs.runPeer(hosts: "a,")
        #expect(ours.text("said") != nil && ours.text("said") == theirs.text("said"))
    }

    @Test func `An import's condition and tags are its tasks'`() async throws {
        let skipped = try machine(Self.files)
        let (recap, _) = try await skipped.run(extra: ["skipped": true])
        #expect(recap.succeeded && skipped.text("copied") == nil)
        let tagged = try machine(Self.files)
        _ = try await tagged.run(tags: TagChoice(only: ["imported"], skipped: []))
        #expect(tagged.text("said") == "role outer\na text beside the imported playbook outer\n")
    }

    @Test(arguments: [
        ("- import_playbook: site.yml\n", "the playbook 'site.yml' imports itself"),
        ("- import_playbook: none.yml\n", "there is no file 'none.yml'"),
        ("- import_playbook: '{{ x }}'\n", "what is imported must be known before the play runs"),
        ("- hosts: all\n  order: sortd\n", "'order' must be one of inventory, sorted, shuffle, reverse_inventory"),
        ("- hosts: all\n  vars_prompt: [{nam: x}]\n", "a prompt needs 'name'"),
        ("- hosts: all\n  vars_prompt: [{name: x, privat: no}]\n", "a prompt has no keyword 'privat'"),
        ("- hosts: all\n  tasks: [{ping: , remote_user: joe}]\n", "'remote_user' is a keyword of plays here"),
        ("- hosts: all\n  tasks: [{action: copi src=a dest=b}]\n", "unknown module 'copi'"),
        ("- hosts: all\n  tasks: [{ping: , with_itms: [1]}]\n", "a task has no keyword 'with_itms'"),
        ("- hosts: all\n  tasks: [{ping: , with_items: [1], loop: [2]}]\n", "this task has two loops"),
    ])
    func `Mistakes are told before anything runs`(site: String, message: String) async throws {
        let machine = try machine(["site.yml": site])
        let error = await #expect(throws: Diagnoses.self) { try await machine.run() }
        #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    }

    @Test func `A play asks for its variables when it begins, unless they are given`() async throws {
        let machine = try machine([
            "site.yml": """
            - hosts: all
              gather_facts: false
              vars_prompt:
                - {name: who, prompt: Who, private: false}
                - {name: how, default: by default}
                - {name: given}
                - {name: hashed, encrypt: sha512_crypt, salt: abcdefgh}
              tasks:
                - shell: echo '{{ who }} {{ how }} {{ given }} {{ hashed }}' >> {{ root }}/said
            """
        ])
        let (recap, events) = try await machine.run(
            extra: ["given": "extra"], answering: { ["who": "somebody", "hashed": "secret"][$0.name] })
        #expect(recap.succeeded, "\(events)")
        let text = try #require(machine.text("said"))
        #expect(text.hasPrefix("somebody by default extra $6$abcdefgh$"), "\(text)")
        await #expect(throws: Diagnosis.self) { try await machine.run() }
    }

    @Test func `A throttled task is done by so many at a time`() async throws {
        let machine = try machine([
            "site.yml": """
            - hosts: all
              gather_facts: false
              tasks:
                - shell: >-
                    mkdir {{ root }}/busy || echo two >> {{ root }}/overlap;
                    sleep 0.05; rmdir {{ root }}/busy
                  throttle: 1
            """
        ])
        let (recap, events) = try await machine.run(hosts: ["a", "b", "c", "d"])
        #expect(recap.succeeded, "\(events)")
        #expect(machine.text("overlap") == nil)
    }

    @Test func `Before each task a person is asked once for all machines`() async throws {
        let machine = try machine([
            "site.yml": """
            - hosts: all
              gather_facts: false
              tasks:
                - {name: one, shell: "echo one >> {{ root }}/said"}
                - {name: two, shell: "echo two >> {{ root }}/said"}
                - {name: three, shell: "echo three >> {{ root }}/said"}
                - {name: four, shell: "echo four >> {{ root }}/said"}
            """
        ])
        let asked = Mutex<[String]>([])
        _ = try await machine.run(
            hosts: ["a", "b"],
            step: { task in
                asked.withLock { $0.append(task) }
                return task == "two" ? .no : task == "three" ? .all : .yes
            })
        #expect(asked.withLock { $0 } == ["one", "two", "three"])
        #expect(
            machine.text("said")?.split(separator: "\n").sorted() == ["four", "four", "one", "one", "three", "three"])
    }
}
