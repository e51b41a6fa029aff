import ContainerRuntime
import JSON

/// A container's environment: its own variables, those from ConfigMaps and Secrets, and the pod's fields.
struct Variables {
    let pod: PodView
    let nodeName: String
    let nodeAddress: String
    let podAddress: String?
    /// The data of a ConfigMap or Secret of the pod's namespace, or nil where there is none.
    let data: (_ kind: DataKind, _ name: String) -> [String: [UInt8]]?

    enum DataKind: String {
        case configMap = "configmap"
        case secret
    }

    func resolve(_ container: JSON) throws -> [EnvironmentVariable] {
        var values: [String: String] = [:]
        var order: [String] = []
        func set(_ name: String, _ value: String) {
            if values.updateValue(value, forKey: name) == nil { order.append(name) }
        }
        for source in container["envFrom"]?.array ?? [] {
            let prefix = source["prefix"]?.string ?? ""
            for (kind, member) in [(DataKind.configMap, "configMapRef"), (.secret, "secretRef")] {
                guard let reference = source[member] else { continue }
                let name = reference["name"]?.string ?? ""
                guard let found = data(kind, name) else {
                    if reference["optional"]?.bool == true { continue }
                    throw NodeAgentError.configurationMissing(kind: kind.rawValue, name: name, key: nil)
                }
                for (key, value) in found.sorted(by: { $0.key < $1.key }) {
                    set(prefix + key, String(decoding: value, as: UTF8.self))
                }
            }
        }
        for variable in container["env"]?.array ?? [] {
            let name = variable["name"]?.string ?? ""
            if let source = variable["valueFrom"] {
                if let value = try value(from: source, container) { set(name, value) }
            } else {
                set(name, Self.expand(variable["value"]?.string ?? "", values))
            }
        }
        return order.map { EnvironmentVariable(name: $0, value: values[$0] ?? "") }
    }

    private func value(from source: JSON, _ container: JSON) throws -> String? {
        for (kind, member) in [(DataKind.configMap, "configMapKeyRef"), (.secret, "secretKeyRef")] {
            guard let reference = source[member] else { continue }
            let (name, key) = (reference["name"]?.string ?? "", reference["key"]?.string ?? "")
            let found = data(kind, name)
            if let value = found?[key] { return String(decoding: value, as: UTF8.self) }
            if reference["optional"]?.bool == true { return nil }
            throw NodeAgentError.configurationMissing(kind: kind.rawValue, name: name, key: found == nil ? nil : key)
        }
        if let path = source[path: "fieldRef", "fieldPath"]?.string { return try field(path) }
        if let resource = source["resourceFieldRef"] { return try resourceField(resource, container) }
        return nil
    }

    /// A field of the pod, as the downward API names it.
    func field(_ path: String) throws -> String {
        let meta = pod.meta
        switch path {
        case "metadata.name": return meta.name
        case "metadata.namespace": return meta.namespace
        case "metadata.uid": return meta.uid
        case "metadata.labels": return Self.lines(meta.labels)
        case "metadata.annotations": return Self.lines(meta.annotations)
        case "spec.nodeName": return nodeName
        case "spec.serviceAccountName": return pod.spec?["serviceAccountName"]?.string ?? "default"
        case "status.hostIP": return nodeAddress
        case "status.podIP", "status.podIPs": return podAddress ?? ""
        default: break
        }
        for (prefix, values) in [("metadata.labels['", meta.labels), ("metadata.annotations['", meta.annotations)]
        where path.hasPrefix(prefix) && path.hasSuffix("']") {
            return values[String(path.dropFirst(prefix.count).dropLast(2))] ?? ""
        }
        throw NodeAgentError.unknownField(path: path)
    }

    private static func lines(_ values: [String: String]) -> String {
        values.sorted { $0.key < $1.key }.map { "\($0.key)=\(JSON($0.value).text)" }.joined(separator: "\n")
    }

    /// A container's own request or limit, in the divisor's unit, rounded up.
    func resourceField(_ reference: JSON, _ container: JSON) throws -> String {
        let path = reference["resource"]?.string ?? ""
        let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2, ["requests", "limits"].contains(parts[0]) else {
            throw NodeAgentError.unknownField(path: path)
        }
        let wanted = (pod.containers + pod.initContainers).first { other in
            PodView.name(other) == reference["containerName"]?.string
        }
        let amount = QualityOfService.amount((wanted ?? container)[path: "resources", parts[0], parts[1]]) ?? 0
        let unit = QualityOfService.amount(reference["divisor"]) ?? 1000
        let divisor = unit <= 0 ? 1000 : unit
        return String((amount + divisor - 1) / divisor)
    }

    /// Replaces `$(NAME)` by known variables; `$$(NAME)` stays as `$(NAME)`.
    static func expand(_ text: String, _ values: [String: String]) -> String {
        guard text.contains("$") else { return text }
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            if rest.hasPrefix("$") {
                result += "$"
                rest = rest.dropFirst()
            } else if rest.hasPrefix("("), let close = rest.firstIndex(of: ")") {
                let name = String(rest[rest.index(after: rest.startIndex)..<close])
                result += values[name] ?? "$(\(name))"
                rest = rest[rest.index(after: close)...]
            } else {
                result += "$"
            }
        }
        return result + rest
    }
}
