import ClusterClient
import JSON

/// The ConfigMaps and Secrets that a pod names, fetched before it is prepared.
struct PodData: Sendable {
    private var maps: [String: [String: [UInt8]]] = [:]

    /// Fetches what the pod names; what does not exist is left out.
    static func fetch(for pod: PodView, client: ClusterClient) async throws -> PodData {
        var result = PodData()
        for (kind, names) in PodData.names(in: pod) {
            for name in names.sorted() {
                let type: ResourceType = kind == .configMap ? .configMaps : .secrets
                guard let object = try await client.find(type, namespace: pod.meta.namespace, name: name) else {
                    continue
                }
                result.maps[kind.rawValue + "/" + name] = data(of: object, kind)
            }
        }
        return result
    }

    func data(_ kind: Variables.DataKind, _ name: String) -> [String: [UInt8]]? { maps[kind.rawValue + "/" + name] }

    private static func data(of object: JSON, _ kind: Variables.DataKind) -> [String: [UInt8]] {
        var result: [String: [UInt8]] = [:]
        for (key, value) in object["data"]?.object ?? [:] {
            let text = value.string ?? ""
            result[key] = kind == .secret ? Base64.decode(text) ?? [] : Array(text.utf8)
        }
        for (key, value) in object["binaryData"]?.object ?? [:] {
            result[key] = Base64.decode(value.string ?? "") ?? []
        }
        return result
    }

    /// Names by kind, from volumes and variables.
    static func names(in pod: PodView) -> [Variables.DataKind: Set<String>] {
        var names: [Variables.DataKind: Set<String>] = [:]
        func add(_ kind: Variables.DataKind, _ name: JSON?) {
            if let name = name?.string { names[kind, default: []].insert(name) }
        }
        for volume in pod.spec?["volumes"]?.array ?? [] {
            add(.configMap, volume[path: "configMap", "name"])
            add(.secret, volume[path: "secret", "secretName"])
            for source in volume[path: "projected", "sources"]?.array ?? [] {
                add(.configMap, source[path: "configMap", "name"])
                add(.secret, source[path: "secret", "name"])
            }
        }
        for container in pod.initContainers + pod.containers {
            for variable in container["env"]?.array ?? [] {
                add(.configMap, variable[path: "valueFrom", "configMapKeyRef", "name"])
                add(.secret, variable[path: "valueFrom", "secretKeyRef", "name"])
            }
            for source in container["envFrom"]?.array ?? [] {
                add(.configMap, source[path: "configMapRef", "name"])
                add(.secret, source[path: "secretRef", "name"])
            }
        }
        return names
    }

    /// Whether a pod's volumes show objects that may change while it runs.
    static func hasLiveVolumes(_ pod: PodView) -> Bool {
        (pod.spec?["volumes"]?.array ?? []).contains { volume in
            ["configMap", "secret", "projected", "downwardAPI"].contains { volume[$0] != nil }
        }
    }
}
