internal import JSON

/// Fills in what a pod's spec, alone or in a template, may leave out.
func fillInPodSpec(_ spec: inout JSON) {
    spec.editEach("volumes", fillInVolume)
    spec.editEach("initContainers", fillInContainer)
    spec.editEach("containers", fillInContainer)
    spec.fill("restartPolicy", "Always")
    spec.fill("terminationGracePeriodSeconds", 30)
    spec.fill("dnsPolicy", "ClusterFirst")
    if let account = spec["serviceAccountName"] ?? spec["serviceAccount"] {
        spec.fill("serviceAccountName", account)
        spec["serviceAccount"] = account
    }
    if spec["hostNetwork"]?.bool == true {
        spec.editEach("containers") { container in
            container.editEach("ports") { port in
                if let number = port["containerPort"] { port.fill("hostPort", number) }
            }
        }
    }
    spec.fill("securityContext", [:])
    spec.fill("schedulerName", "default-scheduler")
}

/// Fills in what only a pod itself gets: requests from limits, a first status.
func fillInPod(_ pod: inout JSON) {
    pod.fill("spec", [:])
    pod.edit("spec") { spec in
        fillInPodSpec(&spec)
        spec.fill("serviceAccountName", "default")
        spec.fill("serviceAccount", spec["serviceAccountName"] ?? "default")
        spec.fill("enableServiceLinks", true)
        spec.fill("preemptionPolicy", "PreemptLowerPriority")
        spec.fill("priority", 0)
        for containers in ["initContainers", "containers"] { spec.editEach(containers, requestLimits) }
    }
    pod.fill("status", [:])
    let quality = qualityOfService(pod["spec"] ?? .null)
    pod.edit("status") { status in
        status.fill("phase", "Pending")
        status.fill("qosClass", .string(quality))
    }
}

private func requestLimits(_ container: inout JSON) {
    container.edit("resources") { resources in
        guard let limits = resources["limits"]?.object, !limits.isEmpty else { return }
        resources.fill("requests", [:])
        resources.edit("requests") { requests in
            for (name, limit) in limits { requests.fill(name, limit) }
        }
    }
}

private func qualityOfService(_ spec: JSON) -> String {
    let containers = (spec["containers"]?.array ?? []) + (spec["initContainers"]?.array ?? [])
    let amounts = ["cpu", "memory"]
    func amount(_ container: JSON, _ kind: String, _ name: String) -> JSON? {
        container[path: "resources", kind, name]
    }
    if containers.allSatisfy({ container in
        amounts.allSatisfy { amount(container, "limits", $0) == nil && amount(container, "requests", $0) == nil }
    }) {
        return "BestEffort"
    }
    let guaranteed = containers.allSatisfy { container in
        amounts.allSatisfy {
            amount(container, "limits", $0) != nil
                && amount(container, "limits", $0) == amount(container, "requests", $0)
        }
    }
    return guaranteed ? "Guaranteed" : "Burstable"
}

private func fillInContainer(_ container: inout JSON) {
    container.editEach("ports") { $0.fill("protocol", "TCP") }
    container.editEach("env") { variable in
        variable.edit("valueFrom") { source in source.edit("fieldRef") { $0.fill("apiVersion", "v1") } }
    }
    container.fill("resources", [:])
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] { container.edit(probe, fillInProbe) }
    container.fill("terminationMessagePath", "/dev/termination-log")
    container.fill("terminationMessagePolicy", "File")
    container.fill("imagePullPolicy", .string(pullPolicy(of: container["image"]?.string ?? "")))
}

private func pullPolicy(of image: String) -> String {
    if image.contains("@") { return "IfNotPresent" }
    let name = image.split(separator: "/").last ?? ""
    let tag = name.split(separator: ":", maxSplits: 1).dropFirst().first ?? "latest"
    return tag == "latest" ? "Always" : "IfNotPresent"
}

private func fillInProbe(_ probe: inout JSON) {
    probe.edit("httpGet") { action in
        action.fill("path", "/")
        action.fill("scheme", "HTTP")
    }
    probe.fill("timeoutSeconds", 1)
    probe.fill("periodSeconds", 10)
    probe.fill("successThreshold", 1)
    probe.fill("failureThreshold", 3)
}

private func fillInVolume(_ volume: inout JSON) {
    volume.edit("hostPath") { $0.fill("type", "") }
    for source in ["secret", "configMap", "downwardAPI", "projected"] {
        volume.edit(source) { $0.fill("defaultMode", 420) }
    }
    if volume.object?.count == 1 { volume["emptyDir"] = [:] }
}
