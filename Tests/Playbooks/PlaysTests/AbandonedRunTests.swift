import Foundation
import JSON
import Testing

@testable import Bundles
@testable import Inventories
@testable import Plays

/// A controller that is killed in the middle of a play.
@Suite struct AbandonedRunTests {
    @Test func `A runner whose controller is gone stops waiting, and the next run finishes what was begun`()
        async throws
    {
        let machine = try LocalMachine()
        try machine.write(
            """
            - hosts: all
              gather_facts: false
              tasks:
                - {copy: {content: x, dest: "{{ root }}/config"}, notify: restart}
                - wait_for: {path: "{{ root }}/go", timeout: 600}
                - {copy: {src: large, dest: "{{ root }}/large"}}
              handlers:
                - {name: restart, shell: "echo restarted >> {{ root }}/log"}
            """, to: "site.yml")
        try machine.write(String(repeating: "large", count: 100_000), to: "files/large")
        let compiled = try CompiledPlaybook(
            machine.root + "/site.yml", inventory: Inventory(hosts: [.init("here")], groups: []),
            extraVariables: ["root": .string(machine.root)])
        let bundle = try #require(compiled.bundle(for: "here"))

        // A controller that hands over everything and hangs up while the second task waits.
        let channel = machine.connect("here")
        try await channel.send(
            Frame(.bundle, bundle.json.bytes).bytes
                + Frame(.play, PlayStart(number: 0, hosts: ["here"], batch: ["here"]).json.bytes).bytes)
        var decoder = FrameDecoder()
        var isWaiting = false
        while !isWaiting, let bytes = try await channel.receive() {
            decoder.append(bytes)
            while let frame = try decoder.next() {
                let event = try TaskEvent(json: JSON(parsing: frame.payload))
                isWaiting = isWaiting || event.module == "wait_for"
            }
        }
        machine.hangUp()

        try machine.write("", to: "go")
        let second = try await machine.run()
        #expect(
            second.recap.text == "here : ok=4  changed=2  unreachable=0  failed=0  skipped=0  rescued=0  ignored=0",
            "\(second.events)")
        #expect(machine.text("log") == "restarted\n")
        #expect(machine.text("large")?.utf8.count == 500_000)
        #expect(try await machine.run().recap.changed == 0)
    }
}
