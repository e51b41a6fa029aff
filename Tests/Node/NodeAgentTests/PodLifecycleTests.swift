import ContainerRuntime
import JSON
import Linux
import Objects
import Testing

@testable import NodeAgent

/// One pod's life as a reviewer can read it: each line is what is done and what the status then says.
private struct Life {
    var pod: JSON
    var found: PodRuntimeSnapshot?
    var backoff = RestartBackoff()
    var now = 0.0
    private(set) var transcript: [String] = []

    init(containers: [String] = ["a"], initContainers: [String] = [], restartPolicy: String = "Always") {
        func container(_ name: String) -> JSON { ["name": JSON(name), "image": "busybox"] }
        pod = [
            "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "p", "namespace": "d", "uid": "u"],
            "spec": [
                "restartPolicy": JSON(restartPolicy), "containers": .array(containers.map(container)),
                "initContainers": .array(initContainers.map(container)), "terminationGracePeriodSeconds": 30,
            ],
            "status": ["phase": "Pending"],
        ]
    }

    private func stamp(_ seconds: Double) -> Linux.Timestamp {
        Linux.Timestamp(nanosecondsSinceEpoch: Int64((1_800_000_000 + seconds) * 1e9))
    }

    /// Looks, does what is to be done, until nothing more is; notes each action and the status at the end.
    mutating func look(_ heading: String) {
        var line: [String] = []
        var plan = PodPlan()
        for _ in 0..<10 {
            plan = PodPlan.make(for: PodView(pod), found: found, backoff: &backoff, now: now)
            if plan.actions.isEmpty { break }
            for action in plan.actions { line.append(carryOut(action)) }
            if plan.actions.contains(.remove)
                || plan.actions.contains(where: { if case .stop = $0 { true } else { false } })
            {
                break
            }
        }
        var waiting: [String: WaitingReason] = [:]
        for name in plan.backingOff.keys { waiting[name] = WaitingReason("CrashLoopBackOff") }
        pod["status"] = PodStatus.make(
            for: PodView(pod), found: found,
            PodCircumstances(
                nodeAddress: "10.0.0.1", podAddress: "10.244.0.2", waiting: waiting, now: stamp(now).rfc3339))
        let wait = plan.recheckAfter.map { " again in \(Int($0)) s" } ?? ""
        transcript.append("\(heading): [\(line.joined(separator: ", "))] \(summary)\(wait)")
    }

    private mutating func carryOut(_ action: PodAction) -> String {
        switch action {
        case .createSandbox:
            let spec = PodSandboxSpec(uid: "u", name: "p", namespace: "d", hostname: "p", network: .host)
            found = PodRuntimeSnapshot(
                sandbox: spec, sandboxState: .running(supervisorProcess: 1), containers: found?.containers ?? [])
            return "sandbox"
        case .start(let name, let attempt):
            set(name, attempt, .running(process: 7, startedAt: stamp(now)))
            return "start \(name)-\(attempt)"
        case .stop(let name, let grace): return "stop \(name) in \(grace) s"
        case .remove:
            found = nil
            return "remove"
        }
    }

    private mutating func set(_ name: String, _ attempt: Int, _ state: ContainerState) {
        found?.containers.removeAll { $0.name == name && $0.attempt == attempt }
        found?.containers.append(
            ContainerSnapshot(
                name: name, attempt: attempt, id: "\(name)-\(attempt)", image: "busybox", imageDigest: "sha256:1",
                state: state))
        found?.containers.sort { ($0.name, $0.attempt) < ($1.name, $1.attempt) }
    }

    /// A container's process ends.
    mutating func exit(_ name: String, _ code: Int32) {
        guard let latest = found?.latest(name), case .running(_, let startedAt) = latest.state else { return }
        let ended = ContainerExit(
            code: code, signal: nil, isOutOfMemory: false, startedAt: startedAt, finishedAt: stamp(now), message: "")
        set(name, latest.attempt, .exited(ended))
    }

    /// The machine restarts: what ran is lost.
    mutating func reboot() {
        for container in found?.containers ?? [] {
            if case .running(_, let startedAt) = container.state {
                set(container.name, container.attempt, .lost(startedAt: startedAt, cause: .machineRestarted))
            }
        }
        found?.sandboxState = .dead(.machineRestarted)
    }

    mutating func delete() { pod["metadata"]?["deletionTimestamp"] = "2027-01-15T08:00:00Z" }

    /// `Running ready a=running(1)`
    private var summary: String {
        let status = pod["status"]
        let all = (status?["initContainerStatuses"]?.array ?? []) + (status?["containerStatuses"]?.array ?? [])
        let containers = all.map { container in
            let state = container["state"]?.object?.members.first
            let detail = state?.value["reason"]?.string ?? state?.value["exitCode"]?.integer.map(String.init)
            return "\(container["name"]?.string ?? "")=\(detail ?? state?.key ?? "?")#\(container["restartCount"] ?? 0)"
        }
        let isReady = Conditions.isTrue("Ready", in: pod)
        return "\(status?["phase"]?.string ?? "") \(isReady ? "ready" : "unready") \(containers.joined(separator: " "))"
    }
}

@Suite struct PodLifecycleTests {
    @Test func aPodStartsCrashesBacksOffAndRecovers() {
        var life = Life()
        life.look("new")
        life.look("nothing happened")
        life.now = 5
        life.exit("a", 1)
        life.look("first exit")
        life.now = 6
        life.exit("a", 1)
        life.look("second exit")
        life.now = 12
        life.look("too early")
        life.now = 16
        life.look("after 10 s")
        life.now = 17
        life.exit("a", 0)
        life.look("third exit")
        life.now = 37
        life.look("after 20 s")
        life.now = 700
        life.exit("a", 1)
        life.look("exit after a long run")
        #expect(
            life.transcript == [
                "new: [sandbox, start a-0] Running ready a=running#0",
                "nothing happened: [] Running ready a=running#0",
                "first exit: [start a-1] Running ready a=running#1",
                "second exit: [] Running unready a=CrashLoopBackOff#1 again in 10 s",
                "too early: [] Running unready a=CrashLoopBackOff#1 again in 4 s",
                "after 10 s: [start a-2] Running ready a=running#2",
                "third exit: [] Running unready a=CrashLoopBackOff#2 again in 20 s",
                "after 20 s: [start a-3] Running ready a=running#3",
                "exit after a long run: [start a-4] Running ready a=running#4",
            ])
    }

    @Test func initContainersRunOneByOneBeforeTheRest() {
        var life = Life(containers: ["a", "b"], initContainers: ["i", "j"])
        life.look("new")
        life.exit("i", 1)
        life.look("i failed")
        life.exit("i", 0)
        life.look("i done")
        life.exit("j", 0)
        life.look("j done")
        #expect(
            life.transcript == [
                "new: [sandbox, start i-0] Pending unready i=running#0 j=ContainerCreating#0 a=PodInitializing#0 b=PodInitializing#0",
                "i failed: [start i-1] Pending unready i=running#1 j=ContainerCreating#0 a=PodInitializing#0 b=PodInitializing#0",
                "i done: [start j-0] Pending unready i=Completed#1 j=running#0 a=PodInitializing#0 b=PodInitializing#0",
                "j done: [start a-0, start b-0] Running ready i=Completed#1 j=Completed#0 a=running#0 b=running#0",
            ])
    }

    @Test func jobsEndWellOrBadly() {
        var well = Life(containers: ["a", "b"], restartPolicy: "OnFailure")
        well.look("new")
        well.exit("a", 0)
        well.look("a done")
        well.exit("b", 2)
        well.look("b failed")
        well.exit("b", 0)
        well.look("b done")
        var badly = Life(restartPolicy: "Never")
        badly.look("new")
        badly.exit("a", 2)
        badly.look("failed")
        #expect(
            well.transcript == [
                "new: [sandbox, start a-0, start b-0] Running ready a=running#0 b=running#0",
                "a done: [] Running unready a=Completed#0 b=running#0",
                "b failed: [start b-1] Running unready a=Completed#0 b=running#1",
                "b done: [] Succeeded unready a=Completed#0 b=Completed#1",
            ])
        #expect(badly.transcript.last == "failed: [] Failed unready a=Error#0")
    }

    @Test func deletionStopsThenRemoves() {
        var life = Life(containers: ["a", "b"])
        life.look("new")
        life.delete()
        life.look("deleted")
        life.exit("a", 143)
        life.exit("b", 143)
        life.look("all ended")
        #expect(
            Array(life.transcript.dropFirst()) == [
                "deleted: [stop a in 30 s, stop b in 30 s] Running unready a=running#0 b=running#0",
                "all ended: [remove] Pending unready a=ContainerCreating#0 b=ContainerCreating#0",
            ])
    }

    @Test func aRebootMakesTheSandboxAnewAndCountsOneRestart() {
        var life = Life(initContainers: ["i"])
        life.look("new")
        life.now = 1
        life.exit("i", 0)
        life.look("prepared")
        life.now = 50
        life.reboot()
        life.look("rebooted")
        life.now = 51
        life.exit("i", 0)
        life.look("prepared again")
        #expect(
            life.transcript == [
                "new: [sandbox, start i-0] Pending unready i=running#0 a=PodInitializing#0",
                "prepared: [start a-0] Running ready i=Completed#0 a=running#0",
                "rebooted: [sandbox, start i-1] Running unready i=running#1 a=ContainerCreating#0",
                "prepared again: [start a-1] Running ready i=Completed#1 a=running#1",
            ])
    }

    @Test func anEndThatHappenedWhileTheAgentWasAwayIsSeen() {
        var life = Life()
        life.look("new")
        life.exit("a", 3)
        life.backoff = RestartBackoff()
        life.look("a new agent")
        #expect(life.transcript.last == "a new agent: [start a-1] Running ready a=running#1")
        let last = life.pod[path: "status", "containerStatuses"]?[0]?["lastState"]?["terminated"]?["exitCode"]
        #expect(last == 3)
    }

    @Test func whatEndedForGoodIsNotStartedAgainAfterAReboot() {
        var life = Life(restartPolicy: "Never")
        life.look("new")
        life.exit("a", 0)
        life.look("done")
        life.reboot()
        life.look("rebooted")
        #expect(life.transcript.last == "rebooted: [] Succeeded unready a=Completed#0")
    }

    @Test func statusesAreStable() {
        var life = Life(containers: ["a", "b"], initContainers: ["i"])
        life.look("new")
        life.exit("i", 0)
        life.look("running")
        let first = life.pod["status"]
        life.now = 1000
        life.look("later")
        #expect(life.pod["status"] == first)
    }
}
