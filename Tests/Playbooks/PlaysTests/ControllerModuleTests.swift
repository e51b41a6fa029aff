import Foundation
import JSON
import Synchronization
import Testing

@testable import Bundles
@testable import Diagnostics
@testable import Inventories
@testable import Plays

/// Modules that take something from the controller, or bring something to it.
@Suite struct ControllerModuleTests {
    private func run(
        _ tasks: String, files: [String: String] = [:], hosts: [String] = ["here"], isChecking: Bool = false,
        pausing: PausePrompt? = nil
    ) async throws -> (LocalMachine, PlaybookRecap, [HostEvent]) {
        let machine = try LocalMachine()
        let lines = tasks.split(separator: "\n", omittingEmptySubsequences: false)
        try machine.write(
            "- hosts: all\n  gather_facts: false\n  tasks:\n" + lines.map { "    " + $0 }.joined(separator: "\n"),
            to: "site.yml")
        for (path, text) in files { try machine.write(text, to: path) }
        let (recap, events) = try await machine.run(hosts: hosts, isChecking: isChecking, pausing: pausing)
        return (machine, recap, events)
    }

    @Test func `A file of the machine comes below the folder that the task names`() async throws {
        let (machine, recap, events) = try await run(
            """
            - copy: {content: "{{ inventory_hostname }}", dest: "{{ root }}/machine-{{ inventory_hostname }}"}
            - fetch: {src: "{{ root }}/machine-{{ inventory_hostname }}", dest: fetched}
              register: first
            - fetch: {src: "{{ root }}/machine-{{ inventory_hostname }}", dest: "fetched/"}
              register: second
            - fetch: {src: "{{ root }}/machine-{{ inventory_hostname }}", dest: "{{ root }}/flat/", flat: true}
            - fetch: {src: "{{ root }}/machine-a", dest: "{{ root }}/named-{{ first.checksum }}", flat: true}
              when: inventory_hostname == 'a'
            - assert:
                that:
                  - first is changed
                  - first.checksum == (inventory_hostname | hash('sha1'))
                  - first.checksum == first.remote_checksum
                  - first.dest == root + '/fetched/' + inventory_hostname + root + '/machine-' + inventory_hostname
                  - second is not changed
                  - second.file == root + '/machine-' + inventory_hostname
                  - second.md5sum == (inventory_hostname | hash('md5'))
            """, hosts: ["a", "b"])
        #expect(recap.succeeded, "\(events)")
        for host in ["a", "b"] {
            #expect(machine.text("fetched/\(host)\(machine.root)/machine-\(host)") == host)
            #expect(machine.text("flat/machine-\(host)") == host)
        }
        #expect(machine.text("named-86f7e437faa5a7fce15d1ddcb9eaeaea377667b8") == "a")
    }

    @Test func `What was fetched, or made beside, is there for later tasks`() async throws {
        let (machine, recap, events) = try await run(
            """
            - copy: {content: "{{ inventory_hostname }}", dest: "{{ root }}/machine-{{ inventory_hostname }}"}
            - fetch: {src: "{{ root }}/machine-a", dest: fetched/it, flat: true}
              run_once: true
            - copy: {src: fetched/it, dest: "{{ root }}/of-a-{{ inventory_hostname }}"}
            - copy: {content: made, dest: "{{ root }}-made"}
              delegate_to: b
              run_once: true
            - copy: {src: "{{ root }}-made", dest: "{{ root }}/again-{{ inventory_hostname }}"}
            """, files: ["fetched/it": "of an earlier run"], hosts: ["a", "b"])
        defer { try? FileManager.default.removeItem(atPath: machine.root + "-made") }
        #expect(recap.succeeded, "\(events)")
        for host in ["a", "b"] {
            #expect(machine.text("of-a-\(host)") == "a")
            #expect(machine.text("again-\(host)") == "made")
        }
    }

    @Test func `What cannot be fetched is told`() async throws {
        let (machine, recap, events) = try await run(
            """
            - fetch: {src: "{{ root }}/none", dest: fetched}
              register: missing
              ignore_errors: true
            - fetch: {src: "{{ root }}/none", dest: fetched, fail_on_missing: false}
              register: excused
            - fetch: {src: "{{ root }}", dest: fetched}
              register: folder
              ignore_errors: true
            - fetch: {src: "{{ root }}/site.yml", dest: "{{ root }}/.state", flat: true}
              register: onto
              ignore_errors: true
            - assert:
                that:
                  - missing.msg == 'the remote file does not exist, not transferring, ignored'
                  - excused is not failed and excused is not changed
                  - excused.file == root + '/none'
                  - folder.msg == 'remote file is a directory, fetch cannot work on directories'
                  - "'use a trailing slash' in onto.msg"
            """)
        #expect(recap.succeeded, "\(events)")
        #expect(recap.counts["here"]?.ignored == 3)
        #expect(machine.text("fetched") == nil)
    }

    @Test(arguments: [
        ("/backup", "/etc/shadow", false, "/backup/a/etc/shadow"), ("/backup/", "x", true, "/backup/x"),
        ("/backup/../etc/", "x", true, nil), ("/backup", "../../../etc/passwd", false, nil),
        ("/backup/", "..", true, nil),
        ("/backup", "../b/x", false, nil), ("/etc", "x", false, nil), ("/backup", "/x", true, "/backup"),
        ("relative", "x", false, "/play/relative/a/x"), ("/backup", "/a//./b", false, "/backup/a/a/b"),
    ])
    func `A machine does not choose where its files lie`(
        destination: String, source: String, isFlat: Bool, wanted: String?
    ) {
        let places = FetchedPlaces()
        places.allow("/backup", from: "/play")
        places.allow("relative", from: "/play")
        let path = try? places.path(for: source, of: "a", in: destination, isFlat: isFlat, from: "/play")
        #expect(path == wanted)
    }

    @Test func `A destination that only the machine knows is an error before anything runs`() throws {
        let error = #expect(throws: Diagnoses.self) {
            try CompiledPlaybook(
                text: """
                    - hosts: all
                      tasks:
                        - command: hostname
                          register: said
                        - fetch: {src: /etc/hosts, dest: "{{ said.stdout }}/x"}
                    """, path: "/site.yml", inventory: Inventory(hosts: [.init("here")], groups: []))
        }
        #expect(error?.description.contains("/site.yml:5:32: 'dest' of 'fetch' must begin with a folder") == true)
    }

    @Test func `A script of the controller runs on the machine with its arguments`() async throws {
        // A program that another test starts in this process meanwhile holds the script open for a moment, which is then busy (126).
        let (machine, recap, events) = try await run(
            """
            - script: tools/say.sh {{ root }}/said 'two words'
              args: {chdir: /, creates: "{{ root }}/said"}
              environment: {TONE: loud}
              register: first
              until: first.rc != 126
              delay: 0.1
            - script: tools/say.sh {{ root }}/said 'two words' creates={{ root }}/said
              register: again
            - script: {cmd: list.awk, executable: awk -f}
              register: other
            - script: fail.sh
              register: bad
              until: bad.rc != 126
              delay: 0.1
              ignore_errors: true
            - assert:
                that:
                  - first is changed
                  - first.rc == 0
                  - first.stdout == "/ say.sh two words loud\\n"
                  - first.stdout_lines == ['/ say.sh two words loud']
                  - again is skipped
                  - other.stdout == "from awk\\n"
                  - bad.rc == 3 and bad.msg == 'non-zero return code' and bad.stderr == "no\\n"
            - raw: echo raw | tr a-z A-Z
              register: raw
            - raw: echo $BASH_VERSION executable=/bin/bash
              register: bash
            - assert:
                that:
                  - raw is changed
                  - raw.stdout == "RAW\\n"
                  - bash.stdout is match('[0-9]')
            """,
            files: [
                "files/tools/say.sh": "#!/bin/sh\necho \"$PWD $(basename $0) $2 $TONE\"; dirname $0 > \"$1\"\n",
                "list.awk": "BEGIN { print \"from awk\" }\n", "files/fail.sh": "#!/bin/sh\necho no >&2\nexit 3\n",
            ])
        #expect(recap.succeeded, "\(events)")
        let folder = try #require(machine.text("said")).dropLast()
        #expect(folder.contains("/.clusterfile-script-") && !FileManager.default.fileExists(atPath: String(folder)))
    }

    @Test func `Scripts, lines for a shell and fetched files wait for a run that changes something`() async throws {
        let (machine, recap, events) = try await run(
            """
            - script: make.sh {{ root }}/made
            - script: make.sh {{ root }}/made creates={{ root }}/made
            - raw: touch {{ root }}/made
            - fetch: {src: "{{ root }}/site.yml", dest: fetched}
            """, files: ["make.sh": "touch $1"], isChecking: true)
        #expect(recap.counts["here"]?.skipped == 3 && recap.counts["here"]?.changed == 1, "\(events)")
        #expect(machine.text("made") == nil && machine.text("fetched") == nil)
    }

    @Test func `A pause is one for all, and asks who watches`() async throws {
        let asked = Mutex<[String]>([])
        let (_, recap, events) = try await run(
            """
            - name: A question
              pause: {prompt: Your name, echo: false}
              register: answer
            - pause: {seconds: 1}
              register: waited
            - assert: {that: [answer is undefined, waited is undefined]}
              when: inventory_hostname == 'b'
            - assert:
                that:
                  - answer.user_input == 'Somebody'
                  - answer is not changed
                  - waited.stdout is match('Paused for 1(\\.\\d+)? seconds')
                  - waited.delta == 1
                  - waited.user_input == ''
              when: inventory_hostname == 'a'
            """, hosts: ["a", "b"],
            pausing: { text, echoes, awaitsLine in
                asked.withLock { $0.append("\(text) \(echoes) \(awaitsLine)") }
                return awaitsLine ? "Somebody" : nil
            })
        #expect(recap.succeeded, "\(events)")
        #expect(
            asked.withLock { $0 } == [
                "[A question]\nYour name (output is hidden): false true", "Pausing for 1 seconds true false",
            ])
        #expect(recap.counts["a"]?.ok == 3 && recap.counts["b"]?.ok == 1)
    }

    @Test func `A pause without a terminal does not wait for anybody`() async throws {
        let (_, recap, events) = try await run("- pause:\n  register: said\n- assert: {that: said.user_input == ''}")
        #expect(recap.succeeded, "\(events)")
    }
}
