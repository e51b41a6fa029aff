import JSON
import Objects

/// A reading of a Pod as the agent needs it.
struct PodView: Hashable {
    let object: JSON

    init(_ object: JSON) { self.object = object }

    var meta: MetadataView { object.meta }
    var uid: String { meta.uid }
    var spec: JSON? { object["spec"] }
    var initContainers: [JSON] { spec?["initContainers"]?.array ?? [] }
    var containers: [JSON] { spec?["containers"]?.array ?? [] }
    var usesHostNetwork: Bool { spec?["hostNetwork"]?.bool ?? false }
    var reference: ObjectReference {
        ObjectReference(apiVersion: "v1", kind: "Pod", namespace: meta.namespace, name: meta.name, uid: uid)
    }

    var restartPolicy: RestartPolicy { RestartPolicy(rawValue: spec?["restartPolicy"]?.string ?? "") ?? .always }

    /// How long its containers may take to end, as the deletion says or else the spec.
    var gracePeriodSeconds: Int {
        meta.deletionGracePeriodSeconds ?? spec?["terminationGracePeriodSeconds"]?.integer ?? 30
    }

    /// The end was recorded: nothing is started again.
    var hasEnded: Bool {
        ["Succeeded", "Failed"].contains(object[path: "status", "phase"]?.string ?? "")
    }

    static func name(_ container: JSON) -> String { container["name"]?.string ?? "" }
}

/// When a container that ended is started again.
enum RestartPolicy: String {
    case always = "Always"
    case onFailure = "OnFailure"
    case never = "Never"

    /// Whether a container that ended so is started again.
    func restarts(afterFailure isFailure: Bool) -> Bool {
        switch self {
        case .always: true
        case .onFailure: isFailure
        case .never: false
        }
    }
}
