internal import JSON

extension Kinds {
    /// Pods.
    package static let pod: Kind = {
        var kind = Kind("Pod", "pods")
        kind.shortNames = ["po"]
        kind.categories = ["all"]
        kind.subresources = [
            Subresource("attach", kind: "PodAttachOptions", ["create", "get"]),
            Subresource("binding", kind: "Binding", ["create"]),
            Subresource("eviction", kind: "Eviction", group: "policy", version: "v1", ["create"]),
            Subresource("exec", kind: "PodExecOptions", ["create", "get"]),
            Subresource("log", kind: "Pod", ["get"]),
            Subresource("portforward", kind: "PodPortForwardOptions", ["create", "get"]),
            Subresource("status", kind: "Pod", reading),
        ]
        kind.selectableFields = [
            "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork",
            "status.phase", "status.podIP", "status.nominatedNodeName",
        ]
        kind.columns = [
            Column("Name", format: "name"), Column("Ready"), Column("Status"), Column("Restarts"), Column("Age"),
            Column("IP", wide: true), Column("Node", wide: true), Column("Nominated Node", wide: true),
            Column("Readiness Gates", wide: true),
        ]
        kind.cells = podCells
        kind.fillIn = fillInPod
        kind.validate = { validatePodSpec($0["spec"] ?? .null, at: "spec") }
        kind.validateUpdate = validatePodUpdate
        return kind
    }()
}

/// Only images, the deadline, added tolerations and a shorter grace may change in a pod's spec.
private func validatePodUpdate(_ new: JSON, _ old: JSON) -> [FieldError] {
    func fixed(_ pod: JSON) -> JSON {
        var spec = pod["spec"] ?? [:]
        for containers in ["containers", "initContainers"] { spec.editEach(containers) { $0["image"] = nil } }
        for field in ["activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds"] { spec[field] = nil }
        return spec
    }
    guard fixed(new) != fixed(old) else { return [] }
    return [
        .forbidden(
            "spec",
            "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
        )
    ]
}

private func podCells(_ pod: JSON, _ now: Timestamp) -> [JSON] {
    let status = pod["status"] ?? .null
    let containers = pod[path: "spec", "containers"]?.array ?? []
    let statuses = status["containerStatuses"]?.array ?? []
    let summary = PodSummary(pod, now)
    let addresses = status["podIPs"]?.array?.first?["ip"]?.string ?? status["podIP"]?.string
    let gates = pod[path: "spec", "readinessGates"]?.array ?? []
    let conditions = status["conditions"]?.array ?? []
    let passed = gates.filter { gate in
        conditions.contains { $0["type"] == gate["conditionType"] && $0["status"]?.string == "True" }
    }
    return [
        .string(objectName(pod)),
        .string("\(statuses.filter { $0["ready"]?.bool == true }.count)/\(containers.count)"),
        .string(summary.status), .string(summary.restarts), .string(objectAge(pod, now)),
        .string(addresses ?? "<none>"),
        .string(pod[path: "spec", "nodeName"]?.string ?? "<none>"),
        .string(status["nominatedNodeName"]?.string ?? "<none>"),
        .string(gates.isEmpty ? "<none>" : "\(passed.count)/\(gates.count)"),
    ]
}
