import ContainerRuntime
import JSON
import Objects

/// What keeps a container from being started, as its status says it.
struct WaitingReason: Hashable {
    var reason: String
    var message: String

    init(_ reason: String, _ message: String = "") {
        self.reason = reason
        self.message = message
    }
}

/// What the agent knows of a pod beside its object and the runtime's records.
struct PodCircumstances: Hashable {
    var nodeAddress: String
    /// Nil until the pod has one.
    var podAddress: String?
    var waiting: [String: WaitingReason] = [:]
    /// RFC 3339, in seconds.
    var now: String
}

/// A pod's status, from its spec and what the machine has; the same input gives the same status.
struct PodStatus {
    private let pod: PodView
    private let found: PodRuntimeSnapshot?
    private let circumstances: PodCircumstances
    private let old: JSON?

    private init(_ pod: PodView, _ found: PodRuntimeSnapshot?, _ circumstances: PodCircumstances) {
        self.pod = pod
        self.found = found
        self.circumstances = circumstances
        old = pod.object["status"]
    }

    /// The whole `status`; transition times of what did not change are taken from the pod's own.
    static func make(for pod: PodView, found: PodRuntimeSnapshot?, _ circumstances: PodCircumstances) -> JSON {
        PodStatus(pod, found, circumstances).json
    }

    private var json: JSON {
        let initStatuses = pod.initContainers.map { status(of: $0, isInit: true) }
        let statuses = pod.containers.map { status(of: $0, isInit: false) }
        let phase = phase
        var result: JSON = ["phase": JSON(phase), "conditions": conditions(phase: phase)]
        result["hostIP"] = JSON(circumstances.nodeAddress)
        if let address = circumstances.podAddress, phase != "Pending" || found != nil {
            result["podIP"] = JSON(address)
            result["podIPs"] = [["ip": JSON(address)]]
        }
        result["startTime"] = old?["startTime"]?.string.map { JSON($0) } ?? JSON(circumstances.now)
        if !initStatuses.isEmpty { result["initContainerStatuses"] = .array(initStatuses) }
        result["containerStatuses"] = .array(statuses)
        result["qosClass"] = JSON(QualityOfService.of(pod).rawValue)
        return result
    }

    private var initDone: Bool {
        pod.initContainers.allSatisfy { progress($0, isInit: true) == .done }
            || pod.containers.contains { hasStarted($0) }
    }

    private func hasStarted(_ container: JSON) -> Bool { found?.latest(PodView.name(container)) != nil }

    private func progress(_ container: JSON, isInit: Bool) -> Progress {
        Progress(found, PodView.name(container), isInit: isInit, pod: pod)
    }

    private var phase: String {
        if pod.hasEnded, let phase = old?["phase"]?.string { return phase }
        if pod.initContainers.contains(where: { progress($0, isInit: true) == .failedForGood }) { return "Failed" }
        guard initDone else { return "Pending" }
        let all = pod.containers.map { progress($0, isInit: false) }
        if all.contains(.fresh) { return "Pending" }
        if all.allSatisfy({ $0 == .done }) { return "Succeeded" }
        if all.allSatisfy({ $0 == .done || $0 == .failedForGood }) { return "Failed" }
        return "Running"
    }

    private func isReady(_ container: JSON) -> Bool {
        progress(container, isInit: false) == .running && !pod.meta.isBeingDeleted
    }

    private func conditions(phase: String) -> JSON {
        let unready = pod.containers.filter { !isReady($0) }.map(PodView.name)
        let uninitialized = pod.initContainers.filter { progress($0, isInit: true) != .done }.map(PodView.name)
        var conditions = old?["conditions"] ?? []
        func set(_ type: String, _ holds: Bool, _ reason: String?, _ message: String?) {
            conditions = Conditions.setting(
                type, to: holds ? "True" : "False", reason: holds ? (phase == "Succeeded" ? reason : nil) : reason,
                message: holds ? nil : message, in: conditions, now: circumstances.now)
        }
        set(
            "Initialized", initDone, phase == "Succeeded" ? "PodCompleted" : "ContainersNotInitialized",
            "containers with incomplete status: [\(uninitialized.joined(separator: " "))]")
        let reason = phase == "Succeeded" ? "PodCompleted" : phase == "Failed" ? "PodFailed" : "ContainersNotReady"
        let message =
            phase == "Succeeded" || phase == "Failed"
            ? nil : "containers with unready status: [\(unready.joined(separator: " "))]"
        set("Ready", unready.isEmpty, reason, message)
        set("ContainersReady", unready.isEmpty, reason, message)
        set("PodScheduled", true, nil, nil)
        return conditions
    }

    private func status(of container: JSON, isInit: Bool) -> JSON {
        let name = PodView.name(container)
        let latest = found?.latest(name)
        let progress = progress(container, isInit: isInit)
        var state = latest.map { ContainerStateText.json($0, isAlive: found?.isAlive ?? false) }
        var last = found?.previous(name).map { ContainerStateText.json($0, isAlive: false) }
        if let waiting = waiting(container, progress, isInit: isInit) {
            last = state?["terminated"] == nil ? last : state
            state = ["waiting": waiting]
        }
        let isRunning = progress == .running
        var status: JSON = [
            "name": JSON(name), "state": state ?? ["waiting": ["reason": "ContainerCreating"]],
            "lastState": last ?? [:],
            "ready": JSON(isInit ? progress == .done : isReady(container)),
            "restartCount": JSON(latest?.attempt ?? 0),
            "image": container["image"] ?? "", "imageID": JSON(latest.map { imageIdentity($0) } ?? ""),
            "started": JSON(isRunning),
        ]
        if let latest { status["containerID"] = JSON("clusterfile://" + latest.id) }
        return status
    }

    private func imageIdentity(_ container: ContainerSnapshot) -> String {
        let repository = container.image.split(separator: "@")[0]
        let name = repository.lastIndex(of: ":").map { colon in
            repository[colon...].contains("/") ? repository : repository[..<colon]
        }
        return "\(name ?? repository)@\(container.imageDigest)"
    }

    /// What a container that does not run waits for; nil where it runs, or has ended for good.
    private func waiting(_ container: JSON, _ progress: Progress, isInit: Bool) -> JSON? {
        let name = PodView.name(container)
        switch progress {
        case .running, .done, .failedForGood: return nil
        case .fresh, .ended, .lost: break
        }
        if let known = circumstances.waiting[name] {
            var waiting: JSON = ["reason": JSON(known.reason)]
            if !known.message.isEmpty { waiting["message"] = JSON(known.message) }
            return waiting
        }
        if pod.meta.isBeingDeleted, progress != .fresh { return nil }
        if case .ended = progress { return nil }  // between its end and the next start it is simply terminated
        return ["reason": isInit || initDone ? "ContainerCreating" : "PodInitializing"]
    }
}
