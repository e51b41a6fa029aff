import Foundation
import JSON
import Testing

@testable import Bundles
@testable import Diagnostics
@testable import Inventories
@testable import Plays

/// Tasks that go on without the play (`async`).
@Suite struct BackgroundTests {
    private func run(_ tasks: String, extra: JSONObject = [:]) async throws -> (
        LocalMachine, PlaybookRecap, [HostEvent]
    ) {
        let machine = try LocalMachine()
        let lines = tasks.split(separator: "\n", omittingEmptySubsequences: false)
        try machine.write(
            """
            - hosts: all
              gather_facts: false
              vars: {ansible_async_dir: "{{ root }}/jobs"}
              tasks:

            """ + lines.map { "    " + $0 }.joined(separator: "\n"), to: "site.yml")
        let (recap, events) = try await machine.run()
        return (machine, recap, events)
    }

    @Test func `A job goes on without the play, and a later task finds its result`() async throws {
        let (machine, recap, events) = try await run(
            """
            - shell: while ! test -e {{ root }}/go; do sleep 0.02; done; echo done; exit 3
              async: 60
              poll: 0
              register: job
            - async_status: {jid: "{{ job.ansible_job_id }}"}
              register: early
            - assert:
                that:
                  - job is changed
                  - job.started == 1 and job.finished == 0
                  - job.results_file == root + '/jobs/' + job.ansible_job_id
                  - early is not changed
                  - early.finished == 0 and early.started == 1
                  - early.stdout == ''
            - copy: {content: "", dest: "{{ root }}/go"}
            - async_status: {jid: "{{ job.ansible_job_id }}"}
              register: late
              until: late is finished
              retries: 100
              delay: 0.05
              ignore_errors: true
            - assert:
                that:
                  - late is failed
                  - late.rc == 3
                  - late.stdout_lines == ['done']
                  - late.results_file == job.results_file
            - async_status: {jid: "{{ job.ansible_job_id }}", mode: cleanup}
              register: cleaned
            - assert: {that: cleaned.erased == job.results_file}
            - async_status: {jid: "{{ job.ansible_job_id }}"}
              register: gone
              ignore_errors: true
            - assert: {that: gone.msg == 'could not find job'}
            """)
        #expect(recap.succeeded, "\(events)")
        #expect(recap.counts["here"]?.ignored == 2)
        #expect(try FileManager.default.contentsOfDirectory(atPath: machine.root + "/jobs").isEmpty)
    }

    @Test func `A job is waited for, and its result is the task's`() async throws {
        let (machine, recap, events) = try await run(
            """
            - command: echo said
              async: 30
              register: said
            - assert: {that: [said is changed, said.stdout == 'said', said.finished == 1]}
            - file: {path: "{{ root }}/made-{{ item }}", state: directory}
              async: 30
              poll: 1
              loop: [a, b]
              register: made
            - assert: {that: "made.results | map(attribute='state') | unique == ['directory']"}
            - command: "false"
              async: 30
              ignore_errors: true
            """)
        #expect(recap.succeeded, "\(events)")
        #expect(recap.counts["here"]?.ignored == 1 && recap.counts["here"]?.changed == 3)
        #expect(try FileManager.default.contentsOfDirectory(atPath: machine.root + "/jobs").isEmpty)
    }

    @Test func `A job that takes too long is given up`() async throws {
        let (_, recap, events) = try await run(
            """
            - shell: sleep 60
              async: 1
              poll: 1
              register: late
              ignore_errors: true
            - assert:
                that:
                  - late.msg == 'async task did not complete within the requested time - 1s'
                  - late.async_result.finished == 0
            """)
        #expect(recap.succeeded, "\(events)")
    }

    @Test func `A job that was killed says so`() async throws {
        let (_, recap, events) = try await run(
            """
            - shell: echo $PPID > {{ root }}/pid; sleep 60
              async: 90
              poll: 0
              register: job
            - wait_for: {path: "{{ root }}/pid", search_regex: "[0-9]"}
            - shell: kill -9 -$(cat {{ root }}/pid); while test -e /proc/$(cat {{ root }}/pid)/exe; do sleep 0.02; done
            - async_status: {jid: "{{ job.ansible_job_id }}"}
              register: state
              ignore_errors: true
            - assert: {that: ["'without a result' in state.msg", state is finished]}
            """)
        #expect(recap.succeeded, "\(events)")
    }

    @Test func `What works with the controller cannot go on in the background`() throws {
        let error = #expect(throws: Diagnoses.self) {
            try CompiledPlaybook(
                text: """
                    - hosts: all
                      tasks:
                        - copy: {content: x, dest: /x}
                          async: 10
                    """, path: "/site.yml", inventory: Inventory(hosts: [.init("here")], groups: []))
        }
        #expect(error?.description.contains("/site.yml:4:7: 'copy' cannot go on in the background") == true)
    }
}
