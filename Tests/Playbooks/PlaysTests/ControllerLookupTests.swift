import Bundles
import Foundation
import JSON
import Peers
import Testing

@testable import Plays

/// Lookups and the loops `with_…`, answered by the controller for a machine.
@Suite struct ControllerLookupTests {
    /// Each line of the result is a lookup's.
    private static let site = """
        - hosts: all
          gather_facts: false
          vars:
            nested: "{{ lookup('file', 'one.txt') }}"
            name: one
          tasks:
            - command: echo one
              register: said
            - copy:
                dest: "{{ root }}/found"
                content: |
                  {{ lookup('env', 'LOOKED') }} {{ lookup('env', 'NOT_SET') | default('none', true) }}
                  {{ lookup('file', 'one.txt') }}|{{ lookup('file', name ~ '.txt', rstrip=false) | length }}
                  {{ lookup('file', said.stdout ~ '.txt') }} {{ nested }}
                  {{ lookup('file', 'no-such', errors='ignore') | default('nothing', true) }}
                  {{ query('fileglob', '*.txt') | map('basename') | sort }} {{ lookup('fileglob', 'deep/*.cfg') | basename }}
                  {{ lookup('first_found', ['absent', 'two.txt']) | basename }}
                  {{ lookup('first_found', {'files': ['absent', 'b.cfg'], 'paths': ['files/deep']}) | basename }}
                  {{ query('first_found', {'files': 'absent', 'skip': true}) }}
                  {{ lookup('pipe', 'echo $((6 * 7)); echo') }} {{ query('lines', 'printf "a\\nb\\n"') }}
                  {{ lookup('template', 'greeting.j2') }}
                  {{ lookup('csvfile', 'beta file=table.csv delimiter=, col=2') }} {{ lookup('csvfile', 'x file=table.csv delimiter=, default=no') }}
                  {{ lookup('ini', 'port section=web file=settings.ini') }} {{ lookup('ini', 'none', section='web', file='settings.ini', default='d') }}
                  {{ lookup('inventory_hostnames', 'all') }}
                  {{ lookup('password', '/dev/null length=12 seed=7 chars=ascii_letters,digits') }}
                  {{ lookup('password', root ~ '/made/secret length=9 chars=digits') == lookup('password', root ~ '/made/secret') }}
                  {{ lookup('password', root ~ '/made/hashed encrypt=sha512_crypt') == lookup('password', root ~ '/made/hashed encrypt=sha512_crypt') }}
            - shell: echo "{{ item }}" >> {{ root }}/loops
              with_file: [one.txt, two.txt]
            - shell: echo "{{ item | basename }}" >> {{ root }}/loops
              with_fileglob: ["deep/*.cfg"]
            - shell: echo "{{ item | basename }}" >> {{ root }}/loops
              with_first_found: ["{{ undefined_name }}.txt", "{{ said.stdout }}.txt"]
            - shell: echo "{{ item }}" >> {{ root }}/loops
              with_lines: printf 'x\\ny\\n'
            - shell: echo "{{ item.key }}={{ item.value }}" >> {{ root }}/loops
              with_dict: {a: 1, b: 2}
            - shell: echo "{{ item.0 }}{{ item.1 }}" >> {{ root }}/loops
              with_together: [[1, 2], [a, b]]
            - shell: echo "{{ item }}" >> {{ root }}/loops
              with_sequence: start=1 end=3 format=n%02d
            - shell: echo "{{ item.0 }}-{{ item.1 }}" >> {{ root }}/loops
              with_nested: [[1, 2], "{{ letters }}"]
              vars: {letters: [x, y]}
            - shell: echo "{{ item.0.name }}/{{ item.1 }}" >> {{ root }}/loops
              with_subelements: ["{{ people }}", keys]
              vars: {people: [{name: ann, keys: [k1, k2]}, {name: bob, keys: [k3]}]}
            - shell: echo "{{ item }}" >> {{ root }}/loops
              with_items: ["{{ some }}", last]
              vars: {some: [p, q]}
            - shell: echo "{{ item.0 }}{{ item.1 }}" >> {{ root }}/loops
              with_indexed_items: [u, v]
            - shell: echo "{{ item }}" >> {{ root }}/loops
              with_flattened: [[1, [2]], 3]
            - shell: echo "{{ item }}" >> {{ root }}/loops
              with_inventory_hostnames: all
            - include_tasks: "{{ item }}"
              with_first_found: [absent.yml, more.yml]
            - include_vars: "{{ item }}"
              with_first_found: ["{{ said.stdout }}.yml", default.yml]
            - shell: echo "{{ from_vars }}" >> {{ root }}/loops
        """

    private static let files = [
        "files/one.txt": "first\n", "files/two.txt": "second\n", "files/deep/b.cfg": "b",
        "files/table.csv": "alpha,1,x\nbeta,2,\"y,z\"\n", "files/settings.ini": "[web]\nport = 80\n",
        "templates/greeting.j2": "hello {{ name }} {{ lookup('env', 'LOOKED') }}", "vars/one.yml": "from_vars: found\n",
        "more.yml": "- shell: echo {{ lookup('pipe', 'echo included') }} >> {{ root }}/loops\n",
    ]

    private func machine(_ site: String = Self.site) throws -> LocalMachine {
        setenv("LOOKED", "around", 1)
        let machine = try LocalMachine()
        try machine.write(site, to: "site.yml")
        for (path, text) in Self.files { try machine.write(text, to: path) }
        return machine
    }

    @Test @Peers func `Lookups and loops over them find what the peer finds`() async throws {
        let (ours, theirs) = (try machine(), try machine())
        let (recap, events) = try await ours.run()
        #expect(recap.succeeded, "\(events)")
        try theirs.runPeer(hosts: "here,")
        #expect(ours.text("loops") == theirs.text("loops"))
        #expect(ours.text("found") == theirs.text("found"))
        for name in ["secret", "hashed"] {
            #expect(ours.text("made/" + name)?.count == theirs.text("made/" + name)?.count)
        }
    }

    @Test(arguments: [
        ("{{ lookup('pipe', 'echo ' ~ said.stdout) }}", "the machine does not get what it looks up with 'pipe'"),
        ("{{ lookup('env', said.stdout) }}", "the machine does not get what it looks up with 'env'"),
        (
            "{{ lookup('password', '/tmp/' ~ said.stdout) }}",
            "the machine does not get what it looks up with 'password'"
        ),
        ("{{ lookup('file', '/etc/' ~ said.stdout) }}", "the machine does not get /etc/hostname"),
        ("{{ lookup('first_found', ['/etc/' ~ said.stdout]) }}", "the machine does not get /etc/hostname"),
        ("{{ lookup('fileglob', '/etc/' ~ said.stdout ~ '*') }}", "the machine does not get /etc"),
    ])
    func `A machine does not choose what the controller runs and tells`(text: String, message: String) async throws {
        let machine = try machine(
            """
            - hosts: all
              gather_facts: false
              tasks:
                - command: echo hostname
                  register: said
                - debug: {msg: "\(text)"}
            """)
        let (recap, events) = try await machine.run()
        #expect(recap.counts["here"]?.failed == 1)
        let messages = events.compactMap { if case .task(_, let event) = $0 { event.message } else { nil } }
        #expect(messages.last?.hasPrefix(message) == true, "\(messages)")
    }

    @Test func `What the playbook names by itself is read wherever it is`() async throws {
        let machine = try machine(
            """
            - hosts: all
              gather_facts: false
              vars: {place: /etc, names: [hostname]}
              tasks:
                - debug: {msg: "{{ lookup('file', place ~ '/' ~ item) }}"}
                  loop: "{{ names }}"
            """)
        let (recap, events) = try await machine.run()
        #expect(recap.succeeded, "\(events)")
    }
}
