import Foundation
import JSON
import Testing

@testable import Bundles
@testable import Plays

@Suite struct RunTests {
    private let site = """
        - name: Everything
          hosts: all
          gather_facts: false
          vars:
            greeting: "Hello, {{ who | default('world') }}"
            folders: [a, b/c]
          tasks:
            - name: Folders
              file:
                path: "{{ root }}/{{ item }}"
                state: directory
                mode: "0750"
              loop: "{{ folders }}"
            - name: Content
              copy:
                content: "{{ greeting }}\\n"
                dest: "{{ root }}/a/greeting"
                mode: "0600"
              notify: Say
            - name: A file of the controller
              copy:
                src: payload.bin
                dest: "{{ root }}/b/c/"
            - name: A template
              template:
                src: unit.j2
                dest: "{{ root }}/unit"
              register: unit
            - name: Once
              command: touch {{ root }}/made
              args:
                creates: "{{ root }}/made"
            - name: A line
              lineinfile:
                path: "{{ root }}/lines"
                line: "x=1"
                regexp: "^x="
                create: true
            - name: Only after a change
              debug:
                msg: "unit changed: {{ unit.changed }}"
              when: unit is changed
            - name: Output
              shell: echo out; echo err >&2
              register: out
              changed_when: false
            - name: Check
              assert:
                that:
                  - out.stdout == "out"
                  - out.stderr_lines == ["err"]
                  - out.rc == 0
            - name: A link
              file:
                src: "{{ root }}/unit"
                dest: "{{ root }}/link"
                state: link
          handlers:
            - name: Say
              shell: echo said >> {{ root }}/handled
        """

    private func machine() throws -> LocalMachine {
        let machine = try LocalMachine()
        try machine.write(site, to: "site.yml")
        try machine.write(String(repeating: "0123456789abcdef", count: 200_000), to: "files/payload.bin")
        try machine.write(
            """
            # {{ inventory_hostname }}
            {% for folder in folders %}
            Folder={{ folder }}
            {% endfor %}

            """, to: "templates/unit.j2")
        return machine
    }

    @Test func `A first run changes what is missing, a second run changes nothing`() async throws {
        let machine = try machine()
        let first = try await machine.run()
        #expect(
            first.recap.text == "here : ok=11  changed=8  unreachable=0  failed=0  skipped=0  rescued=0  ignored=0",
            "\(first.events)")
        #expect(machine.text("a/greeting") == "Hello, world\n")
        #expect(machine.text("unit") == "# here\nFolder=a\nFolder=b/c\n")
        #expect(machine.text("b/c/payload.bin")?.utf8.count == 3_200_000)
        #expect(machine.text("lines") == "x=1\n")
        #expect(machine.text("handled") == "said\n")
        let second = try await machine.run()
        #expect(
            second.recap.text == "here : ok=9  changed=0  unreachable=0  failed=0  skipped=1  rescued=0  ignored=0",
            "\(second.events)")
        #expect(machine.text("handled") == "said\n")
    }
}
