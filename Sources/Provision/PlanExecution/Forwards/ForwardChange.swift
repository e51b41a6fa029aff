package import JSON

/// A port that begins to lead into a machine, or ends to.
package struct ForwardChange: Hashable, Sendable {
    package var forward: Forward
    package var begins: Bool

    /// What brings the forwards that are carried to those that are wanted, first what ends.
    static func changes(from carried: [Forward], to wanted: [Forward]) -> [ForwardChange] {
        carried.filter { !wanted.contains($0) }.map { ForwardChange(forward: $0, begins: false) }
            + wanted.filter { !carried.contains($0) }.map { ForwardChange(forward: $0, begins: true) }
    }

    /// As a plan's step is said: "+ forward 127.0.0.1:8080/tcp to a:80: nothing carries it".
    package var words: String { "\(begins ? "+" : "-") \(action): \(reason)" }

    /// As a plan's step is named.
    package var id: String { "\(verb) \(forward.place)" }

    /// The members of a plan's step.
    package var json: JSON {
        [
            "id": .string(id), "action": .string(verb), "subject": .string(forward.place), "words": .string(action),
            "reason": .string(reason), "effect": .string(begins ? "create" : "remove"), "destroysData": false,
            "after": [], "machine": .string(forward.machine),
        ]
    }

    private var verb: String { begins ? "begin-forward" : "end-forward" }

    private var action: String {
        "\(begins ? "forward" : "stop forwarding") \(forward.place) to \(forward.machine):\(forward.guestPort)"
    }

    private var reason: String { begins ? "nothing carries it" : "the Clusterfile has no such port" }
}
