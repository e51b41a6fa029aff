import JSON
import Peers
import Testing

@testable import Plays

/// Tasks that may take so long and no longer.
@Suite struct TimeoutTests {
    private func machine(_ tasks: String) throws -> LocalMachine {
        let machine = try LocalMachine()
        try machine.write("- hosts: all\n  gather_facts: false\n  tasks:\n" + tasks, to: "site.yml")
        return machine
    }

    private static let result = """
            - copy:
                content: "{{ late.failed }} {{ late.changed }} {{ late.msg }}\\n"
                dest: "{{ root }}/late"
        """

    @Test(arguments: [
        "- shell: (sleep 600; touch {{ root }}/after) & sleep 600",
        "- wait_for: {path: /no/such, timeout: 600}",
        "- wait_for: {timeout: 600}",
    ])
    @Peers func `A task that takes too long fails as the peer's does, without judgement and further attempts`(
        task: String
    ) async throws {
        let tasks = """
                \(task)
                  timeout: 1
                  ignore_errors: true
                  failed_when: false
                  until: false
                  retries: 50
                  register: late
            \(Self.result)
            """
        let (ours, theirs) = (try machine(tasks), try machine(tasks))
        let (recap, events) = try await ours.run()
        #expect(recap.succeeded && recap.counts["here"]?.ignored == 1, "\(events)")
        try theirs.runPeer(hosts: "here,")
        #expect(ours.text("late") == theirs.text("late"))
    }

    @Test func `Programs of such a task end with all that they started`() async throws {
        let machine = try machine(
            """
                - shell: "(sleep 3; touch {{ root }}/after) & echo $! > {{ root }}/child; sleep 600"
                  timeout: 1
                  ignore_errors: true
                - wait_for: {path: "/proc/{{ lookup('file', root + '/child') }}", state: absent, timeout: 20}
                - stat: {path: "{{ root }}/after"}
                  register: after
                - assert: {that: not after.stat.exists}
            """)
        let (recap, events) = try await machine.run()
        #expect(recap.succeeded, "\(events)")
    }

    @Test func `A pause ends with its time, which the peer's does not`() async throws {
        let machine = try machine("    - {pause: {seconds: 600}, timeout: 1, ignore_errors: true}\n")
        let (recap, events) = try await machine.run()
        #expect(recap.succeeded && recap.counts["here"]?.ignored == 1, "\(events)")
    }

    @Test func `A task in time is none the wiser, and the next has no limit`() async throws {
        let machine = try machine(
            """
                - shell: echo done
                  timeout: "{{ 2 - 1 }}"
                  register: quick
                - assert: {that: quick.stdout == 'done'}
                - shell: sleep 1.2
            """)
        let (recap, events) = try await machine.run()
        #expect(recap.succeeded, "\(events)")
    }

    @Test func `A task on another machine has its limit there`() async throws {
        let machine = try machine(
            """
                - shell: sleep 600
                  delegate_to: there
                  timeout: 1
                  ignore_errors: true
                  failed_when: false
                  register: late
            \(Self.result)
            """)
        let (recap, events) = try await machine.run(hosts: ["here", "there"])
        #expect(recap.succeeded, "\(events)")
        #expect(
            machine.text("late")
                == "True False The shell action failed to execute in the expected time frame (1) and was terminated\n")
    }
}
