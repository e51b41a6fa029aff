package import JSON

/// What a runner cannot know and asks its controller.
package enum Ask: Hashable, Sendable {
    /// A file of the controller, under a name that only the machine knew: for the task at that place, in that role's folder.
    case file(name: String, purpose: String, role: String?)
    /// What a task includes, by the number of its place and the name.
    case inclusion(site: Int, name: String, play: Int)
    /// May I begin, or go on behind, the task at that place of the play? Places are in the order of their numbers.
    case meeting(place: [Int], runsOnce: Bool, updates: JSONObject)
    /// May I begin the task at that place, which so many machines do at a time? And: I am through with it.
    case turn(place: [Int], of: Int)
    case turnOver
    /// Does the person who is asked before each task want the one at that place?
    case step(place: [Int], task: String)
    /// Do this on another machine.
    case call(host: String, ModuleCall)
    /// Let the others know of variables of that machine's.
    case tell(host: String, updates: JSONObject)
    /// The variables of files that `include_vars` names.
    case variables(arguments: JSONObject, role: String?)
    /// What a lookup finds: for the task at that place, in that role's folder.
    case lookup(plugin: String, terms: [JSON], options: JSONObject, purpose: String, task: String, role: String?)
    /// Is this file of the machine, with that SHA-1, wanted for a place on the controller? Its content follows where it is.
    case offer(path: String, destination: String, isFlat: Bool, checksum: String)
    /// I shall start anew: connect to me again within that time.
    case reboot(timeoutSeconds: Int)
    /// The file's content is complete.
    case delivered
    /// Keep for the run what a task of `group_by`, `add_host` or `set_stats` says, once for each place; of a secret one that it was
    /// said alone.
    case keep(module: String, arguments: JSONObject, place: [Int], ofAll: Bool, isSecret: Bool)
    /// What has the run's inventory become since I heard of it?
    case inventory
    /// Show a text to whoever watches the run, and wait for a line where one is wanted.
    case prompt(text: String, echoes: Bool, awaitsLine: Bool)

    package var json: JSON {
        switch self {
        case .file(let name, let purpose, let role):
            [
                "ask": "file", "name": .string(name), "purpose": .string(purpose),
                "role": role.map { .string($0) } ?? .null,
            ]
        case .inclusion(let site, let name, let play):
            ["ask": "inclusion", "site": JSON(site), "name": .string(name), "play": JSON(play)]
        case .meeting(let place, let runsOnce, let updates):
            [
                "ask": "meeting", "place": .array(place.map { JSON($0) }), "runsOnce": .bool(runsOnce),
                "updates": .object(updates),
            ]
        case .turn(let place, let count):
            ["ask": "turn", "place": .array(place.map { JSON($0) }), "of": JSON(count)]
        case .turnOver: ["ask": "turnOver"]
        case .step(let place, let task):
            ["ask": "step", "place": .array(place.map { JSON($0) }), "task": .string(task)]
        case .call(let host, let call): ["ask": "call", "host": .string(host), "call": call.json]
        case .tell(let host, let updates): ["ask": "tell", "host": .string(host), "updates": .object(updates)]
        case .variables(let arguments, let role):
            ["ask": "variables", "arguments": .object(arguments), "role": role.map { .string($0) } ?? .null]
        case .lookup(let plugin, let terms, let options, let purpose, let task, let role):
            [
                "ask": "lookup", "plugin": .string(plugin), "terms": .array(terms), "options": .object(options),
                "purpose": .string(purpose), "task": .string(task), "role": role.map { .string($0) } ?? .null,
            ]
        case .offer(let path, let destination, let isFlat, let checksum):
            [
                "ask": "offer", "path": .string(path), "destination": .string(destination), "isFlat": .bool(isFlat),
                "checksum": .string(checksum),
            ]
        case .reboot(let seconds): ["ask": "reboot", "timeoutSeconds": JSON(seconds)]
        case .delivered: ["ask": "delivered"]
        case .keep(let module, let arguments, let place, let ofAll, let isSecret):
            [
                "ask": "keep", "module": .string(module), "arguments": .object(arguments),
                "place": .array(place.map { JSON($0) }), "ofAll": .bool(ofAll), "isSecret": .bool(isSecret),
            ]
        case .inventory: ["ask": "inventory"]
        case .prompt(let text, let echoes, let awaitsLine):
            ["ask": "prompt", "text": .string(text), "echoes": .bool(echoes), "awaitsLine": .bool(awaitsLine)]
        }
    }

    package init(json: JSON) throws(BundleError) {
        let reader = try BundleReader(json, "a question")
        switch try reader.text("ask") {
        case "file":
            self = .file(
                name: try reader.text("name"), purpose: try reader.text("purpose"),
                role: try reader.optionalText("role"))
        case "inclusion":
            self = .inclusion(
                site: try reader.integer("site"), name: try reader.text("name"), play: try reader.integer("play"))
        case "meeting":
            self = .meeting(
                place: json["place"]?.array?.compactMap(\.integer) ?? [], runsOnce: try reader.flag("runsOnce"),
                updates: try reader.object("updates"))
        case "turn":
            self = .turn(place: json["place"]?.array?.compactMap(\.integer) ?? [], of: try reader.integer("of"))
        case "turnOver": self = .turnOver
        case "step":
            self = .step(
                place: json["place"]?.array?.compactMap(\.integer) ?? [], task: try reader.text("task"))
        case "call":
            self = .call(host: try reader.text("host"), try ModuleCall(json: json["call"] ?? .null))
        case "tell": self = .tell(host: try reader.text("host"), updates: try reader.object("updates"))
        case "variables":
            self = .variables(arguments: try reader.object("arguments"), role: try reader.optionalText("role"))
        case "lookup":
            self = .lookup(
                plugin: try reader.text("plugin"), terms: json["terms"]?.array ?? [],
                options: try reader.object("options"), purpose: try reader.text("purpose"),
                task: try reader.text("task"), role: try reader.optionalText("role"))
        case "offer":
            self = .offer(
                path: try reader.text("path"), destination: try reader.text("destination"),
                isFlat: try reader.flag("isFlat"), checksum: try reader.text("checksum"))
        case "reboot": self = .reboot(timeoutSeconds: try reader.integer("timeoutSeconds"))
        case "delivered": self = .delivered
        case "keep":
            self = .keep(
                module: try reader.text("module"), arguments: try reader.object("arguments"),
                place: json["place"]?.array?.compactMap(\.integer) ?? [], ofAll: try reader.flag("ofAll"),
                isSecret: try reader.flag("isSecret"))
        case "inventory": self = .inventory
        case "prompt":
            self = .prompt(
                text: try reader.text("text"), echoes: try reader.flag("echoes"),
                awaitsLine: try reader.flag("awaitsLine"))
        case let other: throw .malformed("a question of the unknown kind '\(other)'")
        }
    }
}

/// What the controller says to a question: a value, or why there is none.
package enum Answer: Hashable, Sendable {
    case value(JSON)
    case refusal(String)

    package var json: JSON {
        switch self {
        case .value(let value): ["value": value]
        case .refusal(let reason): ["refusal": .string(reason)]
        }
    }

    package init(json: JSON) throws(BundleError) {
        if let reason = json["refusal"]?.string {
            self = .refusal(reason)
        } else if let value = json["value"] {
            self = .value(value)
        } else {
            throw .malformed("an answer without a value")
        }
    }
}
