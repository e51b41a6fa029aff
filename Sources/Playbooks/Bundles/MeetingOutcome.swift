package import JSON

/// What the machines that met at a task do now.
package struct MeetingOutcome: Hashable, Sendable {
    package enum Act: Hashable, Sendable {
        case goOn
        /// Too many have failed: the play is over.
        case stop
        /// Do it, and tell what came of it: the others wait for that.
        case doForAll
        /// Another has done it, and this came of it.
        case done(JSON)
    }

    package var act: Act
    /// The machines that still take part, and what others told of their variables since the last time, by machine.
    package var hosts: [String]
    package var updates: JSONObject
    /// What the run's inventory has become, where the machine has not heard of that.
    package var inventory: InventoryNews?

    package init(_ act: Act, hosts: [String], updates: JSONObject = [:]) {
        self.act = act
        self.hosts = hosts
        self.updates = updates
    }

    package var json: JSON {
        var json: JSON = ["hosts": JSON(hosts), "updates": .object(updates)]
        if let inventory { json["inventory"] = inventory.json }
        switch act {
        case .goOn: json["act"] = "goOn"
        case .stop: json["act"] = "stop"
        case .doForAll: json["act"] = "doForAll"
        case .done(let result):
            json["act"] = "done"
            json["result"] = result
        }
        return json
    }

    package init(json: JSON) throws(BundleError) {
        let reader = try BundleReader(json, "a meeting's outcome")
        let act: Act
        switch try reader.text("act") {
        case "goOn": act = .goOn
        case "stop": act = .stop
        case "doForAll": act = .doForAll
        case "done": act = .done(json["result"] ?? .null)
        case let other: throw .malformed("a meeting's unknown outcome '\(other)'")
        }
        self.init(act, hosts: json["hosts"]?.array?.compactMap(\.string) ?? [], updates: try reader.object("updates"))
        inventory = try json["inventory"].map { json throws(BundleError) in try InventoryNews(json: json) }
    }
}
