import JSON
import Linux
import Objects

/// What a node says about itself.
struct NodeObject {
    let configuration: NodeAgentConfiguration
    let machine: MachineInformation

    /// What the agent's version is, in Kubernetes' terms.
    static let version = "v1.27.0+clusterfile"
    /// Kept back from pods, for the machine itself.
    private static let reservedBytes: Int64 = 100 << 20

    /// The object with which a node registers.
    func registration(now: String) -> JSON {
        var labels = [
            "kubernetes.io/hostname": configuration.nodeName, "kubernetes.io/os": "linux",
            "kubernetes.io/arch": machine.architecture,
        ]
        for role in configuration.roles { labels["node-role.kubernetes.io/" + role] = "" }
        let taints: [JSON] = configuration.taints.map { taint in
            var json: JSON = ["key": JSON(taint.key), "effect": JSON(taint.effect)]
            if !taint.value.isEmpty { json["value"] = JSON(taint.value) }
            return json
        }
        var spec: JSON = [:]
        if !taints.isEmpty { spec["taints"] = .array(taints) }
        return [
            "apiVersion": "v1", "kind": "Node",
            "metadata": ["name": JSON(configuration.nodeName), "labels": JSON(labels)], "spec": spec,
            "status": status(old: nil, trouble: "the pod network is not ready", now: now),
        ]
    }

    /// The node's status; transition times of what did not change are the old one's.
    ///
    /// - Parameter trouble: why the node cannot run pods; nil where it can.
    func status(old: JSON?, trouble: String?, now: String) -> JSON {
        let kibibytes = machine.memoryBytes / 1024
        let allocatable = max(0, machine.memoryBytes - Self.reservedBytes) / 1024
        func amounts(_ memory: Int64) -> JSON {
            [
                "cpu": JSON("\(machine.processors)"), "memory": JSON("\(memory)Ki"),
                "pods": JSON("\(configuration.maximumPods)"),
            ]
        }
        return [
            "addresses": [
                ["type": "InternalIP", "address": JSON(configuration.nodeAddress)],
                ["type": "Hostname", "address": JSON(configuration.nodeName)],
            ],
            "capacity": amounts(kibibytes), "allocatable": amounts(allocatable),
            "conditions": conditions(old: old, trouble: trouble, now: now),
            "daemonEndpoints": ["kubeletEndpoint": ["Port": 10250]],
            "nodeInfo": [
                "machineID": JSON(machine.machineIdentity), "systemUUID": JSON(machine.machineIdentity),
                "bootID": JSON(machine.bootIdentity), "kernelVersion": JSON(machine.kernelVersion),
                "osImage": JSON(machine.operatingSystem), "containerRuntimeVersion": "clusterfile://1.0.0",
                "kubeletVersion": JSON(Self.version), "kubeProxyVersion": JSON(Self.version),
                "operatingSystem": "linux", "architecture": JSON(machine.architecture),
            ],
        ]
    }

    private func conditions(old: JSON?, trouble: String?, now: String) -> JSON {
        var conditions = old?["conditions"] ?? []
        func set(_ type: String, _ holds: Bool, _ reason: String, _ message: String) {
            conditions = Conditions.setting(
                type, to: holds ? "True" : "False", reason: reason, message: message, in: conditions, now: now)
        }
        set("MemoryPressure", false, "KubeletHasSufficientMemory", "kubelet has sufficient memory available")
        set("DiskPressure", false, "KubeletHasNoDiskPressure", "kubelet has no disk pressure")
        set("PIDPressure", false, "KubeletHasSufficientPID", "kubelet has sufficient PID available")
        set(
            "Ready", trouble == nil, trouble == nil ? "KubeletReady" : "KubeletNotReady",
            trouble ?? "the node agent is posting ready status")
        return .array(
            (conditions.array ?? []).map { condition in
                var condition = condition
                condition["lastHeartbeatTime"] = JSON(now)
                return condition
            })
    }

    /// Whether two statuses differ in more than their heartbeats.
    static func differs(_ one: JSON, from other: JSON?) -> Bool {
        (one.object ?? [:]).contains { key, value in
            key == "conditions" ? bare(value) != bare(other?[key]) : value != other?[key]
        }
    }

    private static func bare(_ conditions: JSON?) -> [JSON] {
        (conditions?.array ?? []).map { condition in
            var condition = condition
            condition["lastHeartbeatTime"] = nil
            return condition
        }
    }
}
