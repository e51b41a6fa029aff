import ContainerRuntime
import JSON
import Objects

/// A pod's spec in the runtime's words.
struct PodTranslation {
    let pod: PodView
    let nodeName: String
    let nodeAddress: String
    let memoryCapacityBytes: Int
    /// The machine's own resolver file.
    let resolverFile: String

    func sandbox(network: SandboxNetwork, address: String?) -> PodSandboxSpec {
        let hostname =
            pod.spec?["hostname"]?.string ?? (pod.usesHostNetwork ? nodeName : String(pod.meta.name.prefix(63)))
        return PodSandboxSpec(
            uid: pod.uid, name: pod.meta.name, namespace: pod.meta.namespace, hostname: hostname, network: network,
            hostsFile: hosts(hostname: hostname, address: address), resolverFile: resolver,
            sharedMemoryBytes: 64 << 20, resources: ContainerResources())
    }

    private func hosts(hostname: String, address: String?) -> String? {
        if pod.usesHostNetwork, pod.spec?["hostAliases"] == nil { return nil }
        var text = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"
        if let address { text += "\(address)\t\(hostname)\n" }
        for alias in pod.spec?["hostAliases"]?.array ?? [] {
            let names = (alias["hostnames"]?.array ?? []).compactMap(\.string)
            text += "\(alias["ip"]?.string ?? "")\t\(names.joined(separator: "\t"))\n"
        }
        return text
    }

    private var resolver: String {
        let configuration = pod.spec?["dnsConfig"]
        let servers = (configuration?["nameservers"]?.array ?? []).compactMap(\.string)
        let searches = (configuration?["searches"]?.array ?? []).compactMap(\.string)
        let options = (configuration?["options"]?.array ?? []).map { option in
            (option["name"]?.string ?? "") + (option["value"]?.string.map { ":" + $0 } ?? "")
        }
        var text = pod.spec?["dnsPolicy"]?.string == "None" ? "" : resolverFile
        if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
        for server in servers { text += "nameserver \(server)\n" }
        if !searches.isEmpty { text += "search \(searches.joined(separator: " "))\n" }
        if !options.isEmpty { text += "options \(options.joined(separator: " "))\n" }
        return text
    }

    /// - Parameter mounts: what the container's `volumeMounts` came to.
    func container(
        _ container: JSON, environment: [EnvironmentVariable], mounts: [ContainerMount]
    ) throws -> ContainerSpec {
        let values = Dictionary(environment.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        func expanded(_ member: String) -> [String]? {
            guard let list = container[member]?.array, !list.isEmpty else { return nil }
            return list.compactMap(\.string).map { Variables.expand($0, values) }
        }
        var spec = ContainerSpec(name: PodView.name(container), image: container["image"]?.string ?? "")
        spec.command = expanded("command")
        spec.arguments = expanded("args")
        spec.environment = environment
        spec.workingDirectory = container["workingDir"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        spec.user = try user(container)
        spec.mounts = mounts
        spec.resources = resources(container)
        spec.security = security(container)
        if let path = container["terminationMessagePath"]?.string, !path.isEmpty { spec.terminationMessagePath = path }
        return spec
    }

    private func user(_ container: JSON) throws -> ContainerUser {
        let own = container["securityContext"]
        let shared = pod.spec?["securityContext"]
        func number(_ member: String) -> UInt32? {
            (own?[member] ?? shared?[member])?.integer.flatMap { UInt32(exactly: $0) }
        }
        var groups = (shared?["supplementalGroups"]?.array ?? []).compactMap {
            $0.integer.flatMap { UInt32(exactly: $0) }
        }
        if let group = shared?["fsGroup"]?.integer.flatMap({ UInt32(exactly: $0) }) { groups.append(group) }
        let user = ContainerUser(uid: number("runAsUser"), gid: number("runAsGroup"), supplementalGroups: groups)
        if (own?["runAsNonRoot"] ?? shared?["runAsNonRoot"])?.bool == true, user.uid == 0 {
            throw NodeAgentError.runsAsRoot(container: PodView.name(container))
        }
        return user
    }

    private func resources(_ container: JSON) -> ContainerResources {
        let limits = container[path: "resources", "limits"]
        let requests = container[path: "resources", "requests"]
        func bytes(_ value: JSON?) -> Int? { QualityOfService.amount(value).map { ($0 + 999) / 1000 } }
        let memoryRequest = bytes(requests?["memory"]) ?? bytes(limits?["memory"]) ?? 0
        return ContainerResources(
            memoryBytes: bytes(limits?["memory"]).map(Int64.init),
            cpuMillicores: QualityOfService.amount(limits?["cpu"]),
            cpuRequestMillicores: QualityOfService.amount(requests?["cpu"]) ?? QualityOfService.amount(limits?["cpu"]),
            oomScoreAdjustment: QualityOfService.of(pod).outOfMemoryScore(
                memoryRequestBytes: memoryRequest, capacityBytes: memoryCapacityBytes))
    }

    private func security(_ container: JSON) -> ContainerSecurity {
        let own = container["securityContext"]
        let profile = own?["seccompProfile"] ?? pod.spec?[path: "securityContext", "seccompProfile"]
        func names(_ member: String) -> [String] {
            (own?[path: "capabilities", member]?.array ?? []).compactMap(\.string)
        }
        return ContainerSecurity(
            isPrivileged: own?["privileged"]?.bool ?? false, addedCapabilities: names("add"),
            droppedCapabilities: names("drop"), hasReadOnlyRoot: own?["readOnlyRootFilesystem"]?.bool ?? false,
            allowsPrivilegeEscalation: own?["allowPrivilegeEscalation"]?.bool ?? false,
            isSeccompUnconfined: profile?["type"]?.string == "Unconfined")
    }
}
