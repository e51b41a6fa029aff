import ClusterClient
import ContainerRuntime
import JSON
import Linux
import Logging
import Objects

/// Makes one pod of this node be as its object asks: looks, compares, acts, and says how it is.
struct PodKeeper: Sendable {
    let configuration: NodeAgentConfiguration
    let client: ClusterClient
    let pods: Informer
    let runtime: PodRuntime
    let images: ImageShelf
    let network: NodeNetwork
    let recorder: EventRecorder
    let memory: PodMemory
    let machine: MachineInformation
    let logger: Logger

    private var volumes: VolumeFiles { VolumeFiles(root: configuration.rootFolder) }

    func pod(_ uid: String) -> PodView? { pods.objects.first { $0.meta.uid == uid }.map(PodView.init) }

    /// One look at the pod of that uid; answers when to look again in any case.
    func look(_ uid: String) async throws -> Duration? {
        guard let pod = pod(uid) else {
            try await takeAway(uid)
            return nil
        }
        var found = try await runtime.snapshot(uid)
        var waiting: [String: WaitingReason] = [:]
        var recheck: Double?
        // Each pass can make the next step possible; the bound only keeps a mistake from running for ever.
        for _ in 0..<8 {
            var entry = memory[uid]
            let plan = PodPlan.make(for: pod, found: found, backoff: &entry.backoff, now: BootSeconds.now)
            memory[uid] = entry
            recheck = plan.recheckAfter
            for (name, seconds) in plan.backingOff {
                waiting[name] = WaitingReason(
                    "CrashLoopBackOff",
                    "back-off \(RestartPause.text(seconds)) restarting failed container=\(name) pod=\(pod.meta.name)_\(pod.meta.namespace)(\(uid))"
                )
            }
            if plan.actions.contains(.remove) {
                try await takeAway(uid)
                try await confirmDeletion(of: pod)
                return nil
            }
            noteBackoff(plan, pod)
            let run = PodRun(keeper: self, pod: pod)
            let outcome = try await run.carryOut(plan.actions)
            waiting.merge(outcome.waiting) { $1 }
            if let again = outcome.recheckAfter { recheck = min(recheck ?? .infinity, again) }
            found = try await runtime.snapshot(uid)
            if plan.actions.isEmpty || !outcome.hasProgress { break }
        }
        try await report(pod, found, waiting)
        if PodData.hasLiveVolumes(pod), !pod.hasEnded, !pod.meta.isBeingDeleted, waiting.isEmpty {
            recheck = min(recheck ?? .infinity, 60)
            try await PodRun(keeper: self, pod: pod).refreshVolumes()
        }
        return recheck.map { .milliseconds(Int($0 * 1000) + 10) }
    }

    private func noteBackoff(_ plan: PodPlan, _ pod: PodView) {
        for name in plan.backingOff.keys.sorted() {
            recorder.post(
                EventNote(
                    about: pod.reference, isWarning: true, reason: "BackOff",
                    message:
                        "Back-off restarting failed container \(name) in pod \(pod.meta.name)_\(pod.meta.namespace)(\(pod.uid))"
                ))
        }
    }

    /// Ends whatever is left of a pod on this machine.
    private func takeAway(_ uid: String) async throws {
        try await runtime.removePod(uid)
        try await network.detach(uid)
        try volumes.remove(uid)
        try FileSystem.remove("/run/clusterfile/volumes/" + uid)
        memory.forget(uid)
    }

    private func confirmDeletion(of pod: PodView) async throws {
        do {
            try await client.delete(
                .pods, namespace: pod.meta.namespace, name: pod.meta.name,
                options: DeleteOptions(gracePeriodSeconds: 0, uid: pod.uid))
        } catch let error as ClientError where error.isNotFound || error.isConflict {
            logger.debug("pod was gone already", metadata: ["pod": "\(pod.meta.key)"])
        }
        pods.observe(deletedKey: pod.meta.key, uid: pod.uid)
    }

    /// Writes the pod's status where it says something new.
    private func report(_ pod: PodView, _ found: PodRuntimeSnapshot?, _ waiting: [String: WaitingReason]) async throws {
        let circumstances = PodCircumstances(
            nodeAddress: configuration.nodeAddress,
            podAddress: pod.usesHostNetwork ? configuration.nodeAddress : memory[pod.uid].address, waiting: waiting,
            now: Linux.Timestamp.now().rfc3339)
        // What others wrote since counts: a condition of theirs must not be undone with an old copy.
        let current = self.pod(pod.uid) ?? pod
        let status = PodStatus.make(for: current, found: found, circumstances)
        let old = current.object["status"]
        if (status.object ?? [:]).allSatisfy({ old?[$0.key] == $0.value }) { return }
        do {
            let written = try await client.patch(
                .pods, namespace: pod.meta.namespace, name: pod.meta.name, subresource: "status", as: .merge,
                ["metadata": ["uid": JSON(pod.uid)], "status": status])
            pods.observe(written: written)
        } catch let error as ClientError where error.isNotFound || error.isConflict {
            return  // the watch will say what became of it
        }
    }
}

/// Seconds on the machine's own clock that nobody sets.
enum BootSeconds {
    static var now: Double { Double(BootTime.now().nanoseconds) / 1e9 }
}

/// A pause as people write it: `10s`, `1m20s`, `5m0s`.
enum RestartPause {
    static func text(_ seconds: Double) -> String {
        let whole = Int(seconds)
        return whole < 60 ? "\(whole)s" : "\(whole / 60)m\(whole % 60)s"
    }
}
