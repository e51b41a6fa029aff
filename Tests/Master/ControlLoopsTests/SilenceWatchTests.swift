import JSON
import Objects
import Testing

@testable import ControlLoops

@Suite struct SilenceWatchTests {
    private func node(_ name: String, heartbeat: String = "1", ready: String = "True", uid: String = "u") -> JSON {
        [
            "metadata": ["name": JSON(name), "uid": JSON(uid)],
            "status": [
                "conditions": [["type": "Ready", "status": JSON(ready), "lastHeartbeatTime": JSON(heartbeat)]]
            ],
        ]
    }

    private func lease(_ name: String, _ renewed: String) -> JSON {
        ["metadata": ["name": JSON(name)], "spec": ["renewTime": JSON(renewed)]]
    }

    @Test func silenceIsCountedInTheWatchersOwnTime() {
        var watch = SilenceWatch()
        watch.advance(by: 5, nodes: [node("a")], leases: [lease("a", "t1")])
        #expect(watch.observation(of: "a").silentSeconds == 5)
        watch.advance(by: 5, nodes: [node("a")], leases: [lease("a", "t1")])
        #expect(watch.observation(of: "a").silentSeconds == 10)
    }

    @Test(arguments: [("t2", "1"), ("t1", "2"), ("1999", "1")])
    func anyChangeIsASignOfLifeWhateverTimeItNames(renewed: String, heartbeat: String) {
        var watch = SilenceWatch()
        watch.advance(by: 30, nodes: [node("a")], leases: [lease("a", "t1")])
        watch.advance(by: 5, nodes: [node("a", heartbeat: heartbeat)], leases: [lease("a", renewed)])
        #expect(watch.observation(of: "a").silentSeconds == 0)
    }

    @Test func troubleIsCountedApartAndEndsWithReadiness() {
        var watch = SilenceWatch()
        watch.advance(by: 5, nodes: [node("a", ready: "Unknown")], leases: [])
        watch.advance(by: 5, nodes: [node("a", heartbeat: "2", ready: "Unknown")], leases: [])
        #expect(watch.observation(of: "a").troubledSeconds == 10)
        watch.advance(by: 5, nodes: [node("a", heartbeat: "3")], leases: [])
        #expect(watch.observation(of: "a").troubledSeconds == 0)
    }

    @Test func aNodeThatComesAnewStartsAnew() {
        var watch = SilenceWatch()
        watch.advance(by: 30, nodes: [node("a")], leases: [])
        watch.advance(by: 5, nodes: [node("a", uid: "v")], leases: [])
        #expect(watch.observation(of: "a").silentSeconds == 0)
        #expect(watch.observation(of: "nobody").silentSeconds == 0)
    }
}
