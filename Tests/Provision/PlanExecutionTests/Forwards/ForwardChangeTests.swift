import Addresses
import JSON
import Planning
import Testing

@testable import PlanExecution

@Suite struct ForwardChangeTests {
    private func forward(_ hostPort: Int, to guestPort: Int) -> Forward {
        Forward(
            transport: .tcp, hostAddress: IPv4Address(number: 0x7F00_0001), hostPort: hostPort, machine: "a",
            guestAddress: IPv4Address(number: 0x0A09_000B), guestPort: guestPort)
    }

    @Test func `a plan tells which ports end and begin to lead into machines, and that is something to do`() {
        let carried = [forward(8080, to: 80), forward(2222, to: 22)]
        let wanted = [forward(2222, to: 22), forward(8080, to: 81)]
        let plan = ClusterPlan(
            plan: Plan(.up, steps: []), forwards: ForwardChange.changes(from: carried, to: wanted))
        #expect(
            plan.words == [
                "- stop forwarding 127.0.0.1:8080/tcp to a:80: the Clusterfile has no such port",
                "+ forward 127.0.0.1:8080/tcp to a:81: nothing carries it",
            ])
        #expect(!plan.isEmpty && plan.json["changes"] == true)
        #expect(plan.ids == ["end-forward 127.0.0.1:8080/tcp", "begin-forward 127.0.0.1:8080/tcp"])
        #expect(plan.json["steps"]?.array?.compactMap { $0["effect"]?.string } == ["remove", "create"])
        #expect(ForwardChange.changes(from: wanted, to: wanted.reversed()).isEmpty)
    }
}
