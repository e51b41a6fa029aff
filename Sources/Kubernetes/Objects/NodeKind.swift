internal import JSON

extension Kinds {
    /// Nodes.
    package static let node: Kind = {
        var kind = Kind("Node", "nodes")
        kind.shortNames = ["no"]
        kind.isNamespaced = false
        kind.subresources = [Subresource("status", kind: "Node", reading)]
        kind.selectableFields = ["spec.unschedulable"]
        kind.columns = [
            Column("Name", format: "name"), Column("Status"), Column("Roles"), Column("Age"), Column("Version"),
            Column("Internal-IP", wide: true), Column("External-IP", wide: true), Column("OS-Image", wide: true),
            Column("Kernel-Version", wide: true), Column("Container-Runtime", wide: true),
        ]
        kind.cells = nodeCells
        kind.fillIn = { node in
            node.fill("spec", [:])
            node.fill("status", [:])
            node.edit("status") { status in
                status.fill("daemonEndpoints", ["kubeletEndpoint": ["Port": 0]])
                status.fill("nodeInfo", [:])
                status.edit("nodeInfo") { info in
                    for field in [
                        "machineID", "systemUUID", "bootID", "kernelVersion", "osImage", "containerRuntimeVersion",
                        "kubeletVersion", "kubeProxyVersion", "operatingSystem", "architecture",
                    ] { info.fill(field, "") }
                }
                guard let capacity = status["capacity"] else { return }
                status.fill("allocatable", capacity)
            }
        }
        kind.validate = { node in
            (node[path: "spec", "taints"]?.array ?? []).enumerated().flatMap { position, taint in
                let place = "spec.taints[\(position)]"
                let key = taint["key"] ?? ""
                return (Names.isQualified(key.string ?? "") ? [] : [.invalid("\(place).key", key, Names.qualifiedRule)])
                    + oneOf(
                        taint["effect"] ?? "", ["NoSchedule", "PreferNoSchedule", "NoExecute"], at: "\(place).effect")
            }
        }
        kind.validateUpdate = { new, old in
            guard let range = old[path: "spec", "podCIDR"]?.string, !range.isEmpty,
                new[path: "spec", "podCIDR"]?.string != range
            else { return [] }
            return [.forbidden("spec.podCIDRs", "node updates may not change podCIDR except from \"\" to valid")]
        }
        return kind
    }()
}

private func nodeCells(_ node: JSON, _ now: Timestamp) -> [JSON] {
    let status = node["status"] ?? .null
    let info = status["nodeInfo"] ?? .null
    let ready = (status["conditions"]?.array ?? []).first { $0["type"]?.string == "Ready" }?["status"]?.string
    var words = [ready == "True" ? "Ready" : ready == nil ? "Unknown" : "NotReady"]
    if node[path: "spec", "unschedulable"]?.bool == true { words.append("SchedulingDisabled") }
    let prefix = "node-role.kubernetes.io/"
    let roles = (node[path: "metadata", "labels"]?.object ?? [:]).compactMap { key, value -> String? in
        if key.hasPrefix(prefix) { return String(key.dropFirst(prefix.count)) }
        return key == "kubernetes.io/role" ? value.string : nil
    }.filter { !$0.isEmpty }.sorted()
    func address(_ type: String) -> String {
        (status["addresses"]?.array ?? []).first { $0["type"]?.string == type }?["address"]?.string ?? "<none>"
    }
    func text(_ field: String) -> JSON {
        let text = info[field]?.string ?? ""
        return .string(text.isEmpty ? "<unknown>" : text)
    }
    return [
        .string(objectName(node)), .string(words.joined(separator: ",")),
        .string(roles.isEmpty ? "<none>" : roles.joined(separator: ",")), .string(objectAge(node, now)),
        .string(info["kubeletVersion"]?.string ?? ""), .string(address("InternalIP")), .string(address("ExternalIP")),
        text("osImage"), text("kernelVersion"), text("containerRuntimeVersion"),
    ]
}
