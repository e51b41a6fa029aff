import Peers
import Testing

@testable import Plays

/// What tasks of roles see of roles around them, and of the run.
@Suite struct RoleVariableTests {
    private static func say(_ words: String) -> String {
        "- shell: 'echo \"\(words)\" >> {{ root }}/said'\n"
    }

    private static let files = [
        "site.yml": """
        - hosts: here
          gather_facts: false
          roles:
            - {role: outer, vars: {entry: of outer}, given: to outer}
            - {role: brought, vars: {value: of the entry}}
          tasks:
            - shell: echo "{{ entry }} {{ given | default(0) }} {{ own | default(0) }} {{ deep | default(0) }}" >> {{ root }}/said
            - shell: echo "{{ ansible_role_names | sort }} {{ ansible_play_role_names }} {{ ansible_dependent_role_names }} {{ role_names }}" >> {{ root }}/said
            - shell: echo "{{ ansible_run_tags }} {{ ansible_skip_tags }} {{ ansible_limit | default(0) }} {{ ansible_forks }} {{ ansible_diff_mode }} {{ ansible_verbosity }}" >> {{ root }}/said
            - {debug: {msg: quiet, verbosity: 1}, register: quiet}
            - shell: echo "{{ quiet }}" >> {{ root }}/said
            - set_fact: {fact: 1}
              delegate_to: other
              delegate_facts: true
              run_once: true
            - shell: echo "{{ fact | default('none') }} {{ hostvars.other.fact }}" >> {{ root }}/said
        """,
        "roles/outer/meta/main.yml": "dependencies: [{role: needed, vars: {entry: of the dependency}, more: 1}]\n",
        "roles/outer/vars/main.yml": "own: outer's\n",
        "roles/outer/defaults/main.yml": "{usual: outer's, shared: outer's}\n",
        "roles/outer/tasks/main.yml": """
        - set_fact: {value: a fact}
        \(say("outer: {{ entry }} {{ given }} {{ shared }} {{ deep }} {{ ansible_role_name }}"))
        - include_role: {name: brought}
          vars: {value: of an inclusion}
        - import_role: {name: further}
          vars: {value: of an import}
        - include_tasks: more.yml
          vars: {value: of included tasks}
        - import_tasks: more.yml
          vars: {value: of imported tasks}
        """,
        "roles/outer/tasks/more.yml": say("more: {{ value }}"),
        "roles/needed/vars/main.yml": "deep: needed's\n",
        "roles/needed/defaults/main.yml": "shared: needed's\n",
        "roles/needed/tasks/main.yml": say(
            "needed: {{ entry }} {{ given }} {{ more }} {{ own }} {{ usual }} {{ shared }} {{ ansible_parent_role_names | default(0) }}"
        ),
        "roles/brought/tasks/main.yml":
            say(
                "brought: {{ value }} {{ entry }} {{ given | default(0) }} {{ own }} {{ usual }} {{ ansible_parent_role_names | default(0) }}"
            ) + "- include_role: {name: further}\n",
        "roles/further/tasks/main.yml": say(
            "further: {{ value }} {{ given | default(0) }} {{ own }} {{ ansible_parent_role_names }}"),
    ]

    @Test @Peers func `Roles, their dependencies and what they include see what the peer's see`() async throws {
        let (ours, theirs) = (try LocalMachine(), try LocalMachine())
        for (path, text) in Self.files {
            for machine in [ours, theirs] { try machine.write(text, to: path) }
        }
        let (recap, events) = try await ours.run(hosts: ["here", "other"])
        #expect(recap.succeeded, "\(events)")
        try theirs.runPeer(hosts: "here,other")
        let lines = [ours, theirs].map { $0.text("said")?.split(separator: "\n") ?? [] }
        #expect(lines[0].count > 10)
        for (line, other) in zip(lines[0], lines[1]) { #expect(line == other) }
        #expect(lines[0].count == lines[1].count)
    }
}
