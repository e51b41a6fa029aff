package import JSON

/// Where a play is on a machine, and what is known there: a runner that gets it goes on with that task.
package struct ResumePoint: Hashable, Sendable {
    /// The task's place in the play.
    package var place: [Int] = []
    package var counts = RecapCounts()
    /// Variables by their kind: what was registered, what was included, facts.
    package var registered = JSONObject()
    package var included = JSONObject()
    package var facts = JSONObject()
    /// What inclusions have brought besides the play's own.
    package var roles: [Bundle.Role] = []
    package var handlers: [BundledTask] = []
    /// The blocks around the task in which one failed before.
    package var failedBlocks: [[Int]] = []
    /// The handler that is underway.
    package var handler: Int?
    /// What a reboot that is underway waits to see changed.
    package var reboot: JSONObject?

    package init() {}

    /// Takes a later one of the same play, which tells of new variables, roles and handlers alone.
    package mutating func take(_ later: ResumePoint) {
        (place, counts, failedBlocks) = (later.place, later.counts, later.failedBlocks)
        (handler, reboot) = (later.handler, later.reboot)
        for (name, value) in later.registered { registered[name] = value }
        for (name, value) in later.included { included[name] = value }
        for (name, value) in later.facts { facts[name] = value }
        roles += later.roles
        handlers += later.handlers
    }

    /// Leaves the play: of what is known, the variables remain.
    package mutating func beginPlay(_ counts: RecapCounts) {
        (place, roles, handlers, failedBlocks, handler, reboot) = ([], [], [], [], nil, nil)
        self.counts = counts
    }

    /// What is at its default is left out.
    package var json: JSON {
        var json: JSON = ["place": JSON(places: place), "counts": counts.json]
        for (name, values) in [("registered", registered), ("included", included), ("facts", facts)]
        where !values.isEmpty { json[name] = .object(values) }
        if !roles.isEmpty { json["roles"] = .array(roles.map(\.json)) }
        if !handlers.isEmpty { json["handlers"] = .array(handlers.map(\.json)) }
        if !failedBlocks.isEmpty { json["failedBlocks"] = .array(failedBlocks.map { JSON(places: $0) }) }
        if let handler { json["handler"] = JSON(handler) }
        if let reboot { json["reboot"] = .object(reboot) }
        return json
    }

    package init(json: JSON) throws(BundleError) {
        place = json["place"]?.places ?? []
        counts = try RecapCounts(json: json["counts"] ?? .null)
        registered = json["registered"]?.object ?? JSONObject()
        included = json["included"]?.object ?? JSONObject()
        facts = json["facts"]?.object ?? JSONObject()
        for role in json["roles"]?.array ?? [] { roles.append(try Bundle.Role(json: role)) }
        for handler in json["handlers"]?.array ?? [] { handlers.append(try BundledTask(json: handler)) }
        failedBlocks = json["failedBlocks"]?.array?.map(\.places) ?? []
        handler = json["handler"]?.integer
        reboot = json["reboot"]?.object
    }
}

extension JSON {
    fileprivate init(places: [Int]) { self = .array(places.map { JSON($0) }) }
    fileprivate var places: [Int] { array?.compactMap(\.integer) ?? [] }
}
