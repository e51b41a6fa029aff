package import JSON

/// What keeps pods off a node that do not tolerate it.
package struct Taint: Hashable, Sendable {
    /// What it does to pods that do not tolerate it.
    package enum Effect: String, Sendable {
        case noSchedule = "NoSchedule"
        case preferNoSchedule = "PreferNoSchedule"
        case noExecute = "NoExecute"
    }

    package var key: String
    package var value: String
    package var effect: Effect

    package init(key: String, value: String = "", effect: Effect) {
        self.key = key
        self.value = value
        self.effect = effect
    }

    /// Reads an entry of a node's `spec.taints`; nil where its effect is unknown.
    package init?(_ taint: JSON) {
        guard let effect = Effect(rawValue: taint["effect"]?.string ?? "") else { return nil }
        self.init(key: taint["key"]?.string ?? "", value: taint["value"]?.string ?? "", effect: effect)
    }
}

/// What a pod puts up with on a node.
package struct Toleration: Hashable, Sendable {
    /// Empty tolerates every key.
    package var key: String
    /// Whether any value is tolerated.
    package var isForAnyValue: Bool
    package var value: String
    /// Nil tolerates every effect.
    package var effect: Taint.Effect?
    /// How long a `NoExecute` taint is put up with; nil is for ever.
    package var seconds: Int?

    package init(
        key: String = "", isForAnyValue: Bool = false, value: String = "", effect: Taint.Effect? = nil,
        seconds: Int? = nil
    ) {
        self.key = key
        self.isForAnyValue = isForAnyValue
        self.value = value
        self.effect = effect
        self.seconds = seconds
    }

    /// Reads an entry of a pod's `spec.tolerations`.
    package init(_ toleration: JSON) {
        self.init(
            key: toleration["key"]?.string ?? "", isForAnyValue: toleration["operator"]?.string == "Exists",
            value: toleration["value"]?.string ?? "",
            effect: Taint.Effect(rawValue: toleration["effect"]?.string ?? ""),
            seconds: toleration["tolerationSeconds"]?.integer)
    }

    /// Whether it covers that taint.
    package func tolerates(_ taint: Taint) -> Bool {
        if let effect, effect != taint.effect { return false }
        if key.isEmpty { return isForAnyValue }
        return key == taint.key && (isForAnyValue || value == taint.value)
    }
}
