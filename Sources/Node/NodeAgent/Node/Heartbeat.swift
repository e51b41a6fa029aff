import ClusterClient
import JSON
import Linux
import Logging
import Objects

/// Keeps the node's object and its lease alive.
struct Heartbeat: Sendable {
    let configuration: NodeAgentConfiguration
    let client: ClusterClient
    let nodes: Informer
    let machine: MachineInformation
    let network: NodeNetwork
    let logger: Logger
    /// Set when the node's status may have changed.
    let wakeup: Wakeup

    private var node: NodeObject { NodeObject(configuration: configuration, machine: machine) }

    /// Registers the node, trying until the API answers.
    func register() async throws {
        var backoff = Backoff(first: .milliseconds(200), longest: .seconds(3))
        var lastReason = ""
        while true {
            do {
                if try await client.find(.nodes, name: configuration.nodeName) == nil {
                    _ = try await client.create(.nodes, node.registration(now: Linux.Timestamp.now().rfc3339))
                }
                return
            } catch let error as ClientError {
                if error.isAlreadyExists { return }
                if lastReason != error.description {
                    logger.info("not registered yet", metadata: ["error": "\(error)"])
                }
                lastReason = error.description
            }
            try await Task.sleep(for: backoff.next(random: Double.random(in: 0..<1)))
        }
    }

    /// Renews the lease for as long as it runs.
    func renewLease() async throws {
        var lease: JSON?
        while true {
            do {
                lease = try await renew(lease)
                try await Task.sleep(for: .seconds(configuration.leaseSeconds))
            } catch let error as ClientError {
                lease = nil
                logger.info("lease not renewed", metadata: ["error": "\(error)"])
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    private func renew(_ known: JSON?) async throws -> JSON {
        let namespace = "kube-node-lease"
        let name = configuration.nodeName
        var current = known
        if current == nil { current = try await client.find(.leases, namespace: namespace, name: name) }
        let spec: JSON = [
            "holderIdentity": JSON(name), "leaseDurationSeconds": 40, "renewTime": JSON(microseconds()),
        ]
        if var lease = current {
            lease["spec"] = spec
            return try await client.update(.leases, lease)
        }
        var metadata: JSON = ["name": JSON(name), "namespace": JSON(namespace)]
        if let node = nodes.object(name) {
            metadata["ownerReferences"] = [
                ["apiVersion": "v1", "kind": "Node", "name": JSON(name), "uid": JSON(node.meta.uid)]
            ]
        }
        return try await client.create(
            .leases, namespace: namespace,
            ["apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec])
    }

    private func microseconds() -> String {
        let text = Linux.Timestamp.now().rfc3339Nano
        return text.dropLast(4) + "Z"
    }

    /// Writes the node's status when it changes, and now and then.
    func reportStatus() async throws {
        var lastWrite: Double?
        while true {
            let now = Linux.Timestamp.now().rfc3339
            var pause = Double(configuration.statusSeconds)
            if let current = nodes.object(configuration.nodeName) {
                let trouble = await network.isReady ? nil : "the pod network is not ready: no pod range yet"
                let status = node.status(old: current["status"], trouble: trouble, now: now)
                let age = lastWrite.map { BootSeconds.now - $0 } ?? .infinity
                if age >= pause - 1 || NodeObject.differs(status, from: current["status"]) {
                    do {
                        let written = try await client.patch(
                            .nodes, name: configuration.nodeName, subresource: "status", as: .merge, ["status": status])
                        nodes.observe(written: written)
                        lastWrite = BootSeconds.now
                    } catch let error as ClientError {
                        logger.info("status not written", metadata: ["error": "\(error)"])
                        pause = 1
                    }
                }
            } else if nodes.isSynced {
                // Somebody deleted the node's object while its agent lives.
                try await register()
                pause = 1
            } else {
                pause = 1
            }
            try await wakeup.wait(atMost: .seconds(pause))
        }
    }
}
