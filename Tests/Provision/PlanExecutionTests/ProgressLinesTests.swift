import Diagnostics
import Testing

@testable import PlanExecution

@Suite struct ProgressLinesTests {
    private func state(_ events: [(Double, ProgressEvent)]) -> ProgressState {
        var state = ProgressState()
        for (time, event) in events { state.apply(event, at: time) }
        return state
    }

    private let three: [(Double, ProgressEvent)] = [
        (0, .machines(["kube-master", "node1", "node2"])), (1, .machine("kube-master", .booting)),
        (2, .machine("node1", .converging)), (3, .taskStarted(machine: "node1", task: "common : Make the folders")),
    ]

    @Test func `a line a machine has its phase, the seconds in it and what is done`() {
        let lines = state(three).lines(width: 60, height: 10, now: 4.25)
        #expect(
            lines.map(\.text) == [
                "kube-master  booting 3.3 s",
                "node1        converging 2.3 s  common : Make the folders",
                "node2        waiting",
            ])
        #expect(lines.map(\.tone) == [.plain, .plain, .dim])
    }

    @Test(
        arguments: [
            // A repeated phase goes on with its clock; a task that ended is no longer shown; what failed stays so.
            (
                [(5, ProgressEvent.machine("node1", .converging))], 1,
                "node1        converging 4.0 s  common : Make the folders"
            ),
            (
                [
                    (
                        5,
                        .task(
                            .init(
                                machine: "node1", task: "common : Make the folders", result: .ok, location: "",
                                seconds: 1))
                    )
                ],
                1, "node1        converging 4.0 s"
            ),
            ([(5, .machine("node2", .failed)), (6, .machine("node2", .ready))], 2, "node2        failed"),
            ([(5, .machine("node2", .ready))], 2, "node2        ready"),
            (
                [(5, .stepStarted(.init("upload the image debian-12")))], 0,
                "cluster      1.0 s  upload the image debian-12"
            ),
            (
                [(5, .stepStarted(.init("upload x"))), (6, .stepFinished(.init("upload x"), seconds: 1))], 0,
                "kube-master  booting 5.0 s"
            ),
            (
                [(5, .taskStarted(machine: "node1", task: "two\nlines\u{1B}[2J"))], 1,
                "node1        converging 4.0 s  two lines\u{FFFD}[2J"
            ),
        ] as [([(Double, ProgressEvent)], Int, String)])
    func `a line says`(events: [(Double, ProgressEvent)], line: Int, text: String) {
        #expect(state(three + events).lines(width: 60, height: 10, now: 6)[line].text == text)
    }

    @Test(arguments: [1, 2, 5, 8, 13, 20, 33, 80])
    func `no line is wider than the terminal, and there are no more than it has`(width: Int) {
        for height in 1...5 {
            let lines = state(three).lines(width: width, height: height, now: 4)
            #expect(lines.count <= height && !lines.isEmpty)
            for line in lines { #expect(line.text.columns <= max(width, 1), "\(line.text)") }
        }
    }

    @Test func `where not all fit, who failed or works is shown and the rest is counted`() {
        let names = (1...9).map { "m\($0)" }
        var events: [(Double, ProgressEvent)] = [(0, .machines(names))]
        events += [(0, .machine("m8", .failed)), (0, .machine("m5", .booting))]
        events += ["m1", "m2", "m3"].map { (0, .machine($0, .ready)) }
        #expect(
            state(events).lines(width: 40, height: 4, now: 1).map(\.text) == [
                "m4  waiting", "m5  booting 1.0 s", "m8  failed", "… 6 more: 3 waiting, 3 ready",
            ])
    }

    @Test func `letters of two columns are counted as such`() {
        #expect("日本語".columns == 6)
        #expect("日本語".cut(toColumns: 5) == "日…")
        #expect("abc".cut(toColumns: 3) == "abc")
        #expect("abcd".cut(toColumns: 3) == "a…")
    }
}
