package import JSON

/// What a task says besides its module and whom it notifies, from itself and from its block, role and play.
package struct TaskKeywords: Hashable, Sendable {
    /// The number of the role whose task this is.
    package var role: Int?
    package var when: [JSON] = []
    package var loop: JSON?
    package var loopVariable = "item"
    package var loopIndexVariable: String?
    package var register: String?
    /// Topics besides its name that a handler listens to.
    package var listen: [String] = []
    package var changedWhen: [JSON]?
    package var failedWhen: [JSON]?
    package var ignoreErrors: JSON = false
    package var noLog: JSON = false
    package var becomes = false
    package var becomeUser: String?
    package var until: [JSON] = []
    package var retries: JSON?
    package var delay: JSON?
    package var environment = JSONObject()
    package var variables = JSONObject()

    package init() {}
}

extension TaskKeywords {
    /// Adds what differs from what a task has by itself.
    func write(to json: inout JSON) {
        if let role { json["role"] = JSON(role) }
        if !when.isEmpty { json["when"] = .array(when) }
        if let loop { json["loop"] = loop }
        if loopVariable != "item" { json["loopVariable"] = .string(loopVariable) }
        if let loopIndexVariable { json["loopIndexVariable"] = .string(loopIndexVariable) }
        if let register { json["register"] = .string(register) }
        if !listen.isEmpty { json["listen"] = JSON(listen) }
        if let changedWhen { json["changedWhen"] = .array(changedWhen) }
        if let failedWhen { json["failedWhen"] = .array(failedWhen) }
        if ignoreErrors != false { json["ignoreErrors"] = ignoreErrors }
        if noLog != false { json["noLog"] = noLog }
        if becomes { json["becomes"] = true }
        if let becomeUser { json["becomeUser"] = .string(becomeUser) }
        if !until.isEmpty { json["until"] = .array(until) }
        if let retries { json["retries"] = retries }
        if let delay { json["delay"] = delay }
        if !environment.isEmpty { json["environment"] = .object(environment) }
        if !variables.isEmpty { json["variables"] = .object(variables) }
    }

    init(json: JSON, _ reader: BundleReader) throws(BundleError) {
        role = json["role"]?.integer
        when = json["when"]?.array ?? []
        loop = json["loop"]
        loopVariable = try reader.optionalText("loopVariable") ?? "item"
        loopIndexVariable = try reader.optionalText("loopIndexVariable")
        register = try reader.optionalText("register")
        listen = json["listen"]?.array?.compactMap(\.string) ?? []
        changedWhen = json["changedWhen"]?.array
        failedWhen = json["failedWhen"]?.array
        ignoreErrors = json["ignoreErrors"] ?? false
        noLog = json["noLog"] ?? false
        becomes = json["becomes"]?.bool ?? false
        becomeUser = try reader.optionalText("becomeUser")
        until = json["until"]?.array ?? []
        retries = json["retries"]
        delay = json["delay"]
        environment = json["environment"]?.object ?? JSONObject()
        variables = json["variables"]?.object ?? JSONObject()
    }
}
