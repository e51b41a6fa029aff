import Diagnostics
import Foundation
import JSON
import Testing

@testable import Inventories
@testable import Plays

@Suite struct CompileErrorTests {
    private func mistakes(_ site: String, more: [String: String] = [:]) throws -> String {
        let machine = try LocalMachine()
        try machine.write(site, to: "site.yml")
        for (path, text) in more { try machine.write(text, to: path) }
        let error = #expect(throws: Diagnoses.self) {
            try CompiledPlaybook(
                machine.root + "/site.yml", inventory: Inventory(hosts: [.init("a")], groups: [.init("web")]))
        }
        return (error?.description ?? "").replacingOccurrences(of: machine.root + "/", with: "")
    }

    @Test func `Every mistake of a playbook is told at once, at its place, with the nearest known name`() throws {
        let text = try mistakes(
            """
            - hosts: all
              gather_fact: false
              tasks:
                - name: One
                  coppy:
                    dest: /x
                - name: Two
                  file:
                    path: /x
                    stat: directory
                - name: Three
                  file:
                    path: /x
                    state: folder
                - name: Four
                  copy:
                    content: x
                - name: Five
                  wen: true
                  command: ls
                - name: Six
                  command: ls
                  shell: ls
                - name: Seven
                - name: Eight
                  command: ls
                  notify: Restrat
                - name: Nine
                  debug:
                    msg: "{{ x | uper }}"
                - name: Ten
                  command: ls
                  when: x is defnied and
              handlers:
                - name: Restart
                  command: ls
            - hosts: [all, nobody]
              tasks: no list
            """)
        #expect(
            text == """
                site.yml:2:3: a play has no keyword 'gather_fact'
                  fix: did you mean 'gather_facts'?
                site.yml:5:7: unknown module 'coppy'
                  fix: did you mean 'copy'?
                site.yml:10:9: 'file' takes no 'stat'
                  fix: did you mean 'state'?
                site.yml:14:9: 'state' of 'file' must be one of absent, directory, file, hard, link, touch
                site.yml:15:7: 'copy' needs 'dest'
                site.yml:19:7: a task has no keyword 'wen'
                  fix: did you mean 'when'?
                site.yml:23:7: this task names two modules, 'command' and 'shell'
                  fix: make two tasks of it
                site.yml:24:7: this task names no module
                  fix: say what to do, such as 'copy:' or 'command:'
                site.yml:27:15: no handler is called 'Restrat' or listens to it
                  fix: did you mean 'Restart'?
                site.yml:30:22: unknown filter 'uper'
                  fix: did you mean 'upper'?
                site.yml:33:18: unknown test 'defnied'
                  fix: did you mean 'defined'?
                site.yml:38:10: the tasks must be a list, and this is a string
                """)
    }

    @Test func `A host that the inventory does not have is told`() throws {
        #expect(
            try mistakes("- hosts: web:nobody\n  tasks: []\n")
                == "site.yml:1:3: the inventory has no host or group 'nobody'")
    }

    @Test(arguments: [(AnsibleConfiguration.HostPatternMismatch.warning, 1), (.ignore, 0)])
    func `A host that the inventory does not have is a warning, where ansible_cfg does not say otherwise`(
        mismatch: AnsibleConfiguration.HostPatternMismatch, count: Int
    ) throws {
        let machine = try LocalMachine()
        try machine.write("- hosts: wbe\n  tasks: []\n- hosts: '~^x'\n", to: "site.yml")
        var configuration = AnsibleConfiguration()
        configuration.hostPatternMismatch = mismatch
        let compiled = try CompiledPlaybook(
            machine.root + "/site.yml", inventory: Inventory(hosts: [.init("x1")], groups: [.init("web")]),
            configuration: configuration)
        #expect(compiled.warnings.count == count && compiled.stages.map(\.hosts) == [[], ["x1"]])
        #expect(compiled.warnings.allSatisfy { $0.fix == "did you mean 'web'?" })
    }

    @Test func `A missing role and a role that depends on itself are told`() throws {
        let text = try mistakes(
            "- hosts: all\n  roles:\n    - comon\n    - loop\n",
            more: ["roles/common/tasks/main.yml": "[]", "roles/loop/meta/main.yml": "dependencies: [loop]\n"])
        #expect(
            text == """
                roles/loop/meta/main.yml:1:16: the role 'loop' depends on itself
                site.yml:3:7: there is no role 'comon': looked in roles/comon, comon
                  fix: did you mean 'common'?
                """)
    }

    @Test func `What is imported, included and inherited is checked like the rest`() throws {
        let text = try mistakes(
            """
            - hosts: all
              gather_facts: false
              tasks:
                - block:
                    - import_tasks: "{{ x }}.yml"
                    - include_tasks: more.yml
                    - include_role: {name: one, task_from: x}
                  resue: []
                - import_role: {name: one, tasks_from: none}
                - import_tasks: nowhere.yml
              module_defaults: {coppy: {dest: /x}}
            """, more: ["more.yml": "- filee: {path: /x}\n", "roles/one/tasks/main.yml": "[]"])
        #expect(
            text == """
                site.yml:5:25: what is imported must be known before the play runs: this name is a template
                  fix: include it instead: include_tasks or include_role
                site.yml:7:37: 'include_role' takes no 'task_from'
                  fix: did you mean 'tasks_from'?
                site.yml:8:7: a block has no keyword 'resue'
                  fix: did you mean 'rescue'?
                site.yml:9:27: there is no file 'none': looked at roles/one/tasks/none.yml, roles/one/tasks/none.yaml, \
                roles/one/tasks/none.json, roles/one/tasks/none
                site.yml:10:21: there is no file 'nowhere.yml': looked at nowhere.yml
                site.yml:11:21: unknown module 'coppy'
                  fix: did you mean 'copy'?
                """)
    }

    @Test func `A file that is included is read before anything runs`() throws {
        let text = try mistakes(
            "- hosts: all\n  tasks:\n    - include_tasks: more.yml\n",
            more: ["more.yml": "- include_tasks: deep.yml\n", "deep.yml": "- filee: {path: /x}\n"])
        #expect(text == "deep.yml:1:3: unknown module 'filee'\n  fix: did you mean 'file'?")
    }

    @Test func `A file that is not there is told before anything runs, unless its task is skipped anyway`() throws {
        let text = try mistakes(
            """
            - hosts: all
              vars: {wanted: false}
              tasks:
                - copy: {src: nothing.txt, dest: /x}
                - copy: {src: nothing.txt, dest: /x}
                  when: wanted
                - template: {src: bad.j2, dest: /x}
                - copy: {src: "{{ missing }}", dest: /x}
                - command: hostname
                  register: name
                - copy: {src: "{{ name.stdout }}", dest: /x}
            """, more: ["templates/bad.j2": "line\n{{ x | joinn }}\n"])
        #expect(
            text == """
                site.yml:4:14: there is no file 'nothing.txt': looked at files/nothing.txt, nothing.txt
                site.yml:8:14: 'missing' is undefined
                  fix: define it, or give it a default: missing | default(…)
                templates/bad.j2:2:8: unknown filter 'joinn'
                  fix: did you mean 'join'?
                """)
    }
}
