import JSON
import Objects

@testable import Controllers

/// A cluster in memory: takes changes as the API server would, and lets pods become ready one by one.
struct ModelCluster {
    private(set) var objects: [String: JSON] = [:]
    private var version = 0
    private var serial = 0
    var now = Timestamp(seconds: 1_800_000_000)
    /// Every change, for transcripts.
    private(set) var writes = 0

    func all(_ kind: String) -> [JSON] {
        objects.values.filter { $0["kind"]?.string == kind }.sorted { $0.meta.name < $1.meta.name }
    }

    private func key(_ object: JSON) -> String {
        [object["kind"]?.string ?? "", object.meta.namespace, object.meta.name].joined(separator: "/")
    }

    mutating func create(_ object: JSON) {
        var object = object
        serial += 1
        version += 1
        if object["metadata"]?["name"] == nil {
            let prefix = object["metadata"]?["generateName"]?.string ?? ""
            object["metadata"]?["name"] = JSON(prefix + "\(serial)")
        }
        object["metadata"]?["uid"] = JSON("uid-\(serial)")
        object["metadata"]?["generation"] = 1
        object["metadata"]?["resourceVersion"] = JSON("\(version)")
        object["metadata"]?["creationTimestamp"] = JSON(now.text)
        objects[key(object)] = object
    }

    /// Changes an object as a person would: its generation counts.
    mutating func edit(_ kind: String, _ name: String, _ change: (inout JSON) -> Void) {
        guard var object = objects["\(kind)/default/\(name)"] ?? objects["\(kind)//\(name)"] else { return }
        let spec = object["spec"]
        change(&object)
        version += 1
        object["metadata"]?["resourceVersion"] = JSON("\(version)")
        let generation = object.meta.generation
        if object["spec"] != spec { object["metadata"]?["generation"] = JSON(generation + 1) }
        objects[key(object)] = object
    }

    mutating func apply(_ changes: [Change]) {
        writes += changes.count
        for change in changes {
            switch change {
            case .create(let object): create(object)
            case .update(let object):
                edit(object["kind"]?.string ?? "", object.meta.name) { stored in
                    stored["spec"] = object["spec"]
                    stored["metadata"]?["annotations"] = object["metadata"]?["annotations"]
                }
            case .updateStatus(let object):
                edit(object["kind"]?.string ?? "", object.meta.name) { $0["status"] = object["status"] }
            case .patch(let reference, let patch):
                edit(reference.kind, reference.name) { $0 = Self.merge($0, patch) }
            case .delete(let reference, _):
                objects["\(reference.kind)/\(reference.namespace)/\(reference.name)"] = nil
            }
        }
    }

    private static func merge(_ target: JSON, _ patch: JSON) -> JSON {
        guard let members = patch.object else { return patch }
        var result = target
        for (key, value) in members where !["resourceVersion", "uid"].contains(key) {
            result[key] = value.isNull ? .none : .some(merge(result[key] ?? [:], value))
        }
        return result
    }

    /// Makes one pod ready that is not; false where all are.
    mutating func makeOneReady(_ choice: Int = 0) -> Bool {
        let waiting = all("Pod").filter { !PodState.isReady($0) }
        guard !waiting.isEmpty else { return false }
        setReady(waiting[choice % waiting.count].meta.name, true)
        return true
    }

    mutating func setReady(_ name: String, _ isReady: Bool) {
        let time = now.text
        edit("Pod", name) { pod in
            let conditions = Conditions.setting(
                "Ready", to: isReady ? "True" : "False", in: pod[path: "status", "conditions"], now: time)
            pod["status"] = ["phase": "Running", "conditions": conditions]
        }
    }

    /// One round of both controllers; answers whether anything was written.
    mutating func reconcile() -> Bool {
        let before = writes
        for deployment in all("Deployment") {
            apply(
                DeploymentController.reconcile(
                    deployment, replicaSets: all("ReplicaSet"), pods: all("Pod"), now: now
                ).changes)
        }
        for set in all("ReplicaSet") {
            apply(ReplicaSetController.reconcile(set, pods: all("Pod"), now: now).changes)
        }
        return writes > before
    }

    static func deployment(replicas: Int, image: String = "v1", strategy: JSON = ["type": "RollingUpdate"]) -> JSON {
        [
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web", "namespace": "default"],
            "spec": [
                "replicas": JSON(replicas), "selector": ["matchLabels": ["app": "web"]], "strategy": strategy,
                "template": [
                    "metadata": ["labels": ["app": "web"]],
                    "spec": ["containers": [["name": "web", "image": JSON(image)]]],
                ],
            ],
        ]
    }
}

/// Small numbers from a seed, so that a failure can be repeated.
struct Numbers: RandomNumberGenerator {
    var state: UInt64

    init(seed: Int) { state = UInt64(seed) &* 7919 &+ 17 }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 33)
    }
}
