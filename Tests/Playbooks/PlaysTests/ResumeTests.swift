import Foundation
import Glibc
import JSON
import Synchronization
import Testing

@testable import Bundles
@testable import Inventories
@testable import Plays

/// Connections that break in the middle of a play, and machines that start anew.
@Suite struct ResumeTests {
    /// Runs `site.yml` with connections that break once the runner has said that a task of such a name begins; the file
    /// that the task waits for, `go-NAME`, is there from the next connection on.
    private func run(
        _ machine: LocalMachine, breakingAt names: [String] = [], refusing refusals: Int = 0,
        patience: Duration = .seconds(30), isLocal: Bool = false, isStuck: Bool = false
    ) async throws -> (PlaybookRecap, [HostEvent]) {
        let compiled = try CompiledPlaybook(
            machine.root + "/site.yml", inventory: Inventory(hosts: [.init("here")], groups: []),
            extraVariables: ["root": .string(machine.root)])
        let log = EventLog()
        let left = Mutex(names)
        let refused = Mutex(refusals)
        let recap = try await PlaybookRun([compiled], patience: patience).run(
            connect: { host in
                if refused.withLock({
                    $0 -= 1; return $0 >= 0
                }) {
                    throw BundleError.channelClosed
                }
                var channel = machine.connect(host.name)
                channel.isLocal = isLocal
                let receive = channel.receive
                let isBroken = Mutex<String?>(nil)
                channel.receive = {
                    if let name = isBroken.withLock({ $0 }) {
                        if !isStuck { left.withLock { $0.removeAll { $0 == name } } }
                        return nil
                    }
                    guard let bytes = try await receive() else { return nil }
                    let said = String(decoding: bytes, as: UTF8.self)
                    let name = left.withLock { $0.first { said.contains("\"task\":\"\($0)\"") } }
                    isBroken.withLock { $0 = name }
                    return bytes
                }
                let close = channel.close
                channel.close = {
                    guard let name = isBroken.withLock({ $0 }) else { return await close() }
                    machine.hangUp()
                    // The runner has ended once its lock is free.
                    let lock = open(machine.root + "/.state/lock-here", O_RDWR | O_CLOEXEC)
                    flock(lock, LOCK_EX)
                    Glibc.close(lock)
                    // Without the file the task waits until its time is over, and the test is red.
                    if !isStuck { try? machine.write("", to: "go-" + name) }
                }
                return channel
            }, report: { log.add($0) })
        return (recap, log.events)
    }

    private func resumptions(_ events: [HostEvent]) -> Int {
        events.count { if case .resumed = $0 { true } else { false } }
    }

    private let nested = """
        - hosts: all
          gather_facts: false
          tasks:
            - {command: "echo said", register: said, notify: [Tell, Wait]}
            - set_fact: {fact: known}
            - {shell: "echo early >> {{ root }}/log"}
            - block:
                - {fail: {msg: bad}}
              rescue:
                - include_tasks: more.yml
                  loop: [one, two]
                - {shell: "echo rescued >> {{ root }}/log"}
              always:
                - {name: Always, wait_for: {path: "{{ root }}/go-Always", timeout: 20}}
                - {shell: "echo always >> {{ root }}/log"}
            - {shell: "echo {{ said.stdout }} {{ fact }} {{ ansible_failed_result.msg }} >> {{ root }}/log"}
          handlers:
            - {name: Tell, shell: "echo told >> {{ root }}/log"}
            - {name: Wait, wait_for: {path: "{{ root }}/go-Wait", timeout: 20}}
        """

    @Test(arguments: ["Deep two", "Always", "Wait"])
    func `A play goes on with the task that was underway when the connection broke`(name: String) async throws {
        var recaps: [String] = []
        for breaks in [[], [name]] {
            let machine = try LocalMachine()
            try machine.write(nested, to: "site.yml")
            try machine.write(
                """
                - {shell: "echo {{ item }} >> {{ root }}/log"}
                - {name: "Deep {{ item }}", wait_for: {path: "{{ root }}/go-Deep two", timeout: 20}, when: item == 'two'}
                - {shell: "echo after {{ item }} >> {{ root }}/log"}
                """, to: "more.yml")
            for other in ["Deep two", "Always", "Wait"] where !breaks.contains(other) {
                try machine.write("", to: "go-" + other)
            }
            let (recap, events) = try await run(machine, breakingAt: breaks)
            #expect(resumptions(events) == breaks.count, "\(events)")
            #expect(
                machine.text("log")?.split(separator: "\n").map(String.init) == [
                    "early", "one", "after one", "two", "after two", "rescued", "always", "said known bad", "told",
                ])
            recaps.append(recap.text)
        }
        #expect(recaps[0] == recaps[1])
        #expect(recaps[0].hasPrefix("here : ok=16  changed=10  unreachable=0  failed=0  skipped=1  rescued=1"))
    }

    @Test func `A machine whose connection breaks at one task again and again is lost`() async throws {
        let machine = try LocalMachine()
        try machine.write(
            "- {hosts: all, gather_facts: false, tasks: [{stat: {path: /}}, {name: Stuck, wait_for: {path: /no/such, timeout: 20}}]}",
            to: "site.yml")
        let (recap, events) = try await run(
            machine, breakingAt: ["Stuck"], isStuck: true)
        #expect(recap.lost.keys.contains("here"))
        #expect(resumptions(events) == 3)
    }

    @Test func `A machine starts anew and the play goes on`() async throws {
        let machine = try LocalMachine()
        try machine.write("1", to: "boot")
        try machine.write(
            "#!/bin/sh\necho 2 > \(machine.root)/boot\necho \"$@\" > \(machine.root)/called\n", to: "restart")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: machine.root + "/restart")
        try machine.write(
            """
            - hosts: all
              gather_facts: false
              tasks:
                - {command: "echo said", register: said}
                - reboot:
                    boot_time_command: cat {{ root }}/boot
                    reboot_command: restart -r now
                    search_paths: ["/no/such", "{{ root }}"]
                    test_command: test $(cat {{ root }}/boot) = 2
                  register: rebooted
                  notify: Tell
                - assert:
                    that: [rebooted is changed, rebooted.rebooted, rebooted.elapsed < 20, said.stdout == 'said']
                - {reboot: {reboot_command: /bin/false}, register: bad, ignore_errors: true}
                - assert: {that: ["'Reboot command failed' in bad.msg", not bad.rebooted]}
              handlers:
                - {name: Tell, shell: "echo told >> {{ root }}/log"}
            """, to: "site.yml")
        let (recap, events) = try await run(machine)
        #expect(recap.succeeded && resumptions(events) == 1, "\(events)")
        #expect(machine.text("called") == "-r now\n")
        #expect(machine.text("log") == "told\n")
        #expect(recap.counts["here"]?.changed == 3)
    }

    @Test func `A controller does not start itself anew, and nobody whose connection is not made again`() async throws {
        let machine = try LocalMachine()
        try machine.write(
            "- {hosts: all, gather_facts: false, tasks: [{reboot: {reboot_command: \"/usr/bin/touch {{ root }}/called\"}}]}",
            to: "site.yml")
        let (recap, events) = try await run(machine, isLocal: true)
        #expect("\(events)".contains("would reboot the control node") && recap.counts["here"]?.failed == 1)
        let (other, more) = try await run(machine, patience: .zero)
        #expect("\(more)".contains("does not connect to a machine twice") && other.counts["here"]?.failed == 1)
        #expect(machine.text("called") == nil)
    }

    @Test func `A machine that is not there yet is waited for where the play begins so`() async throws {
        let machine = try LocalMachine()
        try machine.write(
            "- {hosts: all, gather_facts: false, tasks: [{wait_for_connection: {timeout: 20}}]}", to: "site.yml")
        let (recap, events) = try await run(machine, refusing: 1)
        #expect(recap.text.hasPrefix("here : ok=1  changed=0"), "\(events)")
        try machine.write("- {hosts: all, gather_facts: false, tasks: [{ping: }]}", to: "site.yml")
        let (lost, _) = try await run(machine, refusing: 1)
        #expect(lost.lost.keys.contains("here"))
    }

    @Test func `What was added to the inventory and told is kept, once, when the connection breaks`() async throws {
        let machine = try LocalMachine()
        try machine.write(
            """
            - hosts: all
              gather_facts: false
              tasks:
                - {group_by: {key: before}, register: first}
                - {set_stats: {data: {count: 1}}}
                - name: Broken
                  add_host: {name: "{{ item }}", groups: late, by: "{{ lookup('pipe', 'ls ' ~ root) | length > 0 }}"}
                  loop: [n1, n2]
                  register: added
                  until: "lookup('pipe', 'test -e ' ~ root ~ '/go-Broken; echo $?') == '0'"
                  retries: 1000
                  delay: 0.02
                - {copy: {content: "{{ first is changed }} {{ added is changed }} {{ group_names }} {{ groups.late }}", dest: "{{ root }}/here"}}
            - hosts: before:late
              gather_facts: false
              tasks: [{shell: "echo {{ inventory_hostname }} >> {{ root }}/log"}]
            """, to: "site.yml")
        let (recap, events) = try await run(machine, breakingAt: ["Broken"])
        #expect(recap.succeeded && resumptions(events) == 1, "\(events)")
        #expect(machine.text("here") == "True True ['before'] ['n1', 'n2']")
        #expect(machine.text("log")?.split(separator: "\n").count == 3)
        #expect(recap.customStatistics.run == ["count": 1])
    }
}
