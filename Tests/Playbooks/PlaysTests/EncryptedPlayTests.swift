import Diagnostics
import Testing
import Vault

@testable import Plays

@Suite struct EncryptedPlayTests {
    private let vault = Vault([.init(Array("one".utf8)), .init(label: "prod", Array("two".utf8))])

    private func sealed(_ text: String, _ label: String? = nil) throws -> String {
        try vault.encrypt(Array(text.utf8), label: label)
    }

    @Test func `encrypted playbooks, tasks, variables, strings, files and templates are used as what they hold`()
        async throws
    {
        let machine = try LocalMachine()
        let string = try sealed("in a string", "prod").split(separator: "\n").joined(separator: "\n        ")
        try machine.write(
            sealed(
                """
                - hosts: all
                  gather_facts: false
                  vars_files: [more.yml]
                  vars:
                    inline: !vault |
                        \(string)
                  tasks:
                    - copy: {src: payload, dest: "{{ root }}/copied"}
                    - template: {src: text.j2, dest: "{{ root }}/rendered"}
                    - include_tasks: last.yml
                """), to: "site.yml")
        try machine.write(sealed("from_file: in a file\n"), to: "more.yml")
        try machine.write(sealed("beside: in group_vars\n", "prod"), to: "group_vars/all.yml")
        try machine.write(sealed("the payload\n"), to: "files/payload")
        try machine.write(sealed("{{ inline }}, {{ from_file }}, {{ beside }}\n"), to: "templates/text.j2")
        try machine.write(sealed("- copy: {content: done, dest: '{{ root }}/last'}\n"), to: "last.yml")
        let recap = try await machine.run(vault: vault).recap
        #expect(recap.succeeded && recap.changed == 3, "\(recap)")
        #expect(machine.text("copied") == "the payload\n")
        #expect(machine.text("rendered") == "in a string, in a file, in group_vars\n")
        #expect(machine.text("last") == "done")
        #expect(vault.secrets.all.isSuperset(of: ["in a string", "in a file", "in group_vars", "the payload"]))
    }

    @Test func `what no password opens is told before anything runs, each at its place`() async throws {
        let machine = try LocalMachine()
        let tasks = "- hosts: all\n  vars_files: [more.yml]\n  tasks: [{copy: {src: payload, dest: /nowhere}}]\n"
        try machine.write(tasks, to: "site.yml")
        try machine.write(sealed("a: 1\n"), to: "more.yml")
        try machine.write(sealed("x"), to: "files/payload")
        let stranger = Vault([.init(Array("other".utf8))])
        let error = await #expect(throws: Diagnoses.self) { try await machine.run(vault: stranger) }
        #expect(error?.all.first?.location?.file == machine.root + "/more.yml", "\(String(describing: error))")
        try machine.write("a: 1\n", to: "more.yml")
        let second = await #expect(throws: Diagnoses.self) { try await machine.run(vault: stranger) }
        #expect(second?.all.map(\.location?.file) == [machine.root + "/files/payload"], "\(String(describing: second))")
    }
}
