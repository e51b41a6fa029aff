import ClusterClient
import ContainerRuntime
import Diagnostics
import JSON
import Linux
import Objects

/// Carries out a plan's actions for one pod.
struct PodRun: Sendable {
    let keeper: PodKeeper
    let pod: PodView

    /// What came of the actions.
    struct Outcome {
        var waiting: [String: WaitingReason] = [:]
        var hasProgress = false
        /// In seconds.
        var recheckAfter: Double?
    }

    private var configuration: NodeAgentConfiguration { keeper.configuration }
    private var translation: PodTranslation {
        PodTranslation(
            pod: pod, nodeName: configuration.nodeName, nodeAddress: configuration.nodeAddress,
            memoryCapacityBytes: Int(keeper.machine.memoryBytes),
            // A machine without one has nothing to tell its pods.
            resolverFile: (try? FileSystem.readText("/etc/resolv.conf")) ?? "")
    }

    func carryOut(_ actions: [PodAction]) async throws -> Outcome {
        var outcome = Outcome()
        var prepared: Prepared?
        for action in actions {
            switch action {
            case .createSandbox:
                guard try await createSandbox() else {
                    outcome.recheckAfter = 1
                    return outcome
                }
                outcome.hasProgress = true
            case .start(let name, let attempt):
                if prepared == nil {
                    do {
                        prepared = try await prepare()
                    } catch let error as NodeAgentError {
                        return failed(error, reason: "CreateContainerConfigError", outcome)
                    }
                }
                if let prepared { try await start(name, attempt, prepared, &outcome) }
            case .stop(let name, let gracePeriodSeconds):
                try await keeper.runtime.stopContainer(name, inPod: pod.uid, gracePeriodSeconds: gracePeriodSeconds)
                note("Killing", "Stopping container \(name)")
            case .remove: break  // the keeper's own
            }
        }
        return outcome
    }

    /// Brings volumes that are made of objects up to date.
    func refreshVolumes() async throws {
        do {
            _ = try await prepare()
        } catch let error as NodeAgentError {
            keeper.logger.info("volumes not refreshed", metadata: ["pod": "\(pod.meta.key)", "error": "\(error)"])
        }
    }

    /// False where the node's network is not there yet.
    private func createSandbox() async throws -> Bool {
        var network = SandboxNetwork.host
        var address: String? = configuration.nodeAddress
        if !pod.usesHostNetwork {
            guard let attachment = try await keeper.network.attach(pod.uid) else { return false }
            network = .namespace(path: attachment.namespacePath)
            address = attachment.address
        }
        keeper.memory[pod.uid].address = address
        do {
            try await keeper.runtime.createSandbox(translation.sandbox(network: network, address: address))
        } catch let error as ContainerRuntimeError {
            note("FailedCreatePodSandBox", "Failed to create pod sandbox: \(error.diagnosis.what)", isWarning: true)
            throw error
        }
        return true
    }

    private struct Prepared {
        var variables: Variables
        var sources: [String: ContainerMount.Source]
    }

    private func prepare() async throws -> Prepared {
        let data = try await PodData.fetch(for: pod, client: keeper.client)
        if keeper.memory[pod.uid].address == nil, !pod.usesHostNetwork {
            keeper.memory[pod.uid].address = try await keeper.network.attach(pod.uid)?.address
        }
        let variables = Variables(
            pod: pod, nodeName: configuration.nodeName, nodeAddress: configuration.nodeAddress,
            podAddress: keeper.memory[pod.uid].address, data: data.data)
        let sources = try VolumeFiles(root: configuration.rootFolder).prepare(pod, variables: variables)
        return Prepared(variables: variables, sources: sources)
    }

    private func start(_ name: String, _ attempt: Int, _ prepared: Prepared, _ outcome: inout Outcome) async throws {
        guard let container = (pod.initContainers + pod.containers).first(where: { PodView.name($0) == name }) else {
            return
        }
        let image = container["image"]?.string ?? ""
        do {
            let spec = try translation.container(
                container, environment: try prepared.variables.resolve(container),
                mounts: try VolumeFiles.mounts(container, sources: prepared.sources))
            if let reason = try await lacks(image, container, &outcome) {
                outcome.waiting[name] = reason
                return
            }
            let started = try await keeper.runtime.startContainer(spec, attempt: attempt, inPod: pod.uid)
            outcome.hasProgress = true
            if case .startFailed(let message, _) = started.state {
                note("Failed", "Error: \(message)", isWarning: true)
            } else {
                note("Started", "Started container \(name)")
            }
        } catch let error as NodeAgentError {
            outcome = failed(error, reason: "CreateContainerConfigError", outcome, only: name)
        } catch let error as ContainerRuntimeError {
            if case .sandboxDead = error { throw error }
            outcome = failed(error, reason: "CreateContainerError", outcome, only: name)
        }
    }

    /// Why an image cannot be used, after looking for it among the archives; nil where it is there.
    private func lacks(_ image: String, _ container: JSON, _ outcome: inout Outcome) async throws -> WaitingReason? {
        let now = BootSeconds.now
        let known = keeper.memory[pod.uid].imagePauses[image]
        if let known, known.until > now {
            outcome.recheckAfter = min(outcome.recheckAfter ?? .infinity, known.until - now)
            return missing(image, container, isFirst: false)
        }
        if await keeper.images.has(image) {
            keeper.memory[pod.uid].imagePauses[image] = nil
            return nil
        }
        let seconds = min(300, (known?.seconds ?? 5) * 2)
        keeper.memory[pod.uid].imagePauses[image] = .init(seconds: seconds, until: now + seconds)
        outcome.recheckAfter = min(outcome.recheckAfter ?? .infinity, seconds)
        let reason = missing(image, container, isFirst: known == nil)
        note("Failed", "Error: \(reason.reason): \(reason.message)", isWarning: true)
        return reason
    }

    private func missing(_ image: String, _ container: JSON, isFirst: Bool) -> WaitingReason {
        if container["imagePullPolicy"]?.string == "Never" {
            return WaitingReason(
                "ErrImageNeverPull", "Container image \"\(image)\" is not present with pull policy of Never")
        }
        let cause = "image '\(image)' is not on this node; put its OCI archive into \(configuration.imagesFolder)"
        return isFirst
            ? WaitingReason("ErrImagePull", cause)
            : WaitingReason("ImagePullBackOff", "Back-off pulling image \"\(image)\": \(cause)")
    }

    private func failed(
        _ error: some Diagnosable, reason: String, _ outcome: Outcome, only name: String? = nil
    ) -> Outcome {
        var outcome = outcome
        let message = error.diagnosis.what + (error.diagnosis.why.map { ": " + $0 } ?? "")
        for container in name.map({ [$0] }) ?? (pod.initContainers + pod.containers).map(PodView.name) {
            outcome.waiting[container] = WaitingReason(reason, message)
        }
        note("Failed", "Error: \(message)", isWarning: true)
        outcome.recheckAfter = min(outcome.recheckAfter ?? .infinity, 10)
        return outcome
    }

    private func note(_ reason: String, _ message: String, isWarning: Bool = false) {
        keeper.recorder.post(EventNote(about: pod.reference, isWarning: isWarning, reason: reason, message: message))
    }
}
