import Foundation
import JSON
import Testing

/// What a terminal shows while a command works and when it has ended, and what programs read instead.
@Suite(.serialized) struct DisplayTests {
    private func cluster(_ name: String) async throws -> TestCluster {
        try TestCluster(
            name: name, images: try await MuteImages.catalogue(),
            clusterfile: """
                cluster: \(name)
                network: {address: 192.168.171.128/26}
                machines:
                  - {name: kube-node, count: 3, address: 192.168.171.140, image: mute, memory: 256MiB}
                """)
    }

    private func terminal(
        _ cluster: TestCluster, _ arguments: [String], width: Int, height: Int, environment: [String: String] = [:],
        output: FileHandle = .nullDevice
    ) throws -> PseudoTerminal {
        try PseudoTerminal(
            ["clusterfile"] + arguments, environment: cluster.environment.merging(environment) { $1 },
            folder: cluster.folder, width: width, height: height, output: output)
    }

    @Test func `a line a machine is repainted in place, and the end of the screen is the summary`() async throws {
        let cluster = try await cluster("display")
        let terminal = try terminal(cluster, ["up", "--boot-timeout", "2"], width: 60, height: 12)
        var phases: Set<String> = []
        let status = try terminal.run(deadline: 120) { screen in
            for number in 1...3 {
                // What scrolls above has its text in a column of its own, further right.
                let name = "kube-node\(number)  "
                let lines = screen.lines.filter { $0.hasPrefix(name) && !$0.hasPrefix(name + " ") }
                // Never more than one line of a machine, whatever scrolls above.
                #expect(lines.count <= 1, "\(screen.lines)")
                phases.formUnion(lines.compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) })
            }
        }
        #expect(status == 1)
        #expect(phases.isSuperset(of: ["waiting", "booting"]), "\(phases)")
        #expect(terminal.screen.unknown == [])
        let lines = terminal.screen.lines
        #expect(!lines.contains { $0.contains("booting 0.") }, "\(lines)")
        #expect(lines.joined().contains("cluster 'display' is not as it was wanted: 0 of 3 machines are"), "\(lines)")
        await cluster.remove()
    }

    @Test func `a window with fewer lines than machines, made narrower in between, shows no remains`() async throws {
        let cluster = try await cluster("displaysmall")
        let terminal = try terminal(
            cluster, ["up", "--boot-timeout", "3"], width: 30, height: 3, environment: ["NO_COLOR": "1"])
        var wasResized = false
        let status = try terminal.run(deadline: 120) { screen in
            guard !wasResized, screen.lines.last?.contains("more:") == true else { return }
            wasResized = true
        }
        #expect(status == 1 && wasResized)
        #expect(terminal.screen.lines.filter { $0.contains("more:") } == [], "\(terminal.screen.lines)")
        await cluster.remove()
    }

    @Test(arguments: [["TERM": "dumb"], ["TERM": ""]])
    func `a dumb terminal gets plain lines`(environment: [String: String]) async throws {
        let cluster = try await cluster("displaydumb")
        let terminal = try terminal(cluster, ["up", "--no-wait"], width: 200, height: 50, environment: environment)
        var bytes = ""
        #expect(try terminal.run(deadline: 60) { bytes = $0.lines.joined(separator: "\n") } == 0)
        #expect(bytes.contains("start the machine kube-node2"), "\(bytes)")
        #expect(!bytes.contains("waiting") && terminal.screen.escapes == 0)
        await cluster.remove()
    }

    @Test func `events are objects with a time and a kind, the last is the end, and colours stay away`() async throws {
        let cluster = try await cluster("displayevents")
        let up = try await cluster.output("up", "--no-wait", "--events", "json")
        let events = try up.split(separator: "\n").map { try JSON(parsing: String($0)) }
        #expect(events.allSatisfy { $0["time"]?.string?.hasSuffix("Z") == true && $0["kind"]?.string != nil })
        #expect(events.first { $0["kind"] == "machines" }?["machines"] == ["kube-node1", "kube-node2", "kube-node3"])
        let started = events.filter { $0["kind"] == "step" && $0["result"] == "started" }.compactMap {
            $0["step"]?.string
        }
        let done = events.filter { $0["kind"] == "step" && $0["result"] == "done" && $0["seconds"]?.double != nil }
            .compactMap { $0["step"]?.string }
        #expect(started.count >= 14 && Set(started) == Set(done))
        #expect(events.last?["kind"] == "end" && events.last?["exitStatus"] == 0)
        #expect(events.last?[path: "summary", "changes"]?.integer == done.count)
        let both = try await cluster.clusterfile("up", "--events", "json", "-o", "json")
        #expect(both.status == 64, "\(both.transcript)")
        await cluster.remove()
    }
}
