package import JSON

/// What a task says besides its module and whom it notifies, from itself and from its block, role and play.
package struct TaskKeywords: Hashable, Sendable {
    /// The id of the role whose task this is.
    package var role: String?
    package var when: [JSON] = []
    package var loop: JSON?
    /// The lookup that makes the loop's items of `loop` (`dict` of `with_dict`); nil for `loop` itself.
    package var loopLookup: String?
    package var loopControl = LoopControl()
    package var register: String?
    /// Topics besides its name that a handler listens to.
    package var listen: [String] = []
    package var changedWhen: [JSON]?
    package var failedWhen: [JSON]?
    package var ignoreErrors: JSON = false
    package var noLog: JSON = false
    package var become: JSON = false
    package var becomeUser: JSON?
    package var until: [JSON] = []
    package var retries: JSON?
    package var delay: JSON?
    /// For how many seconds it may go on in the background (`async`); nil or 0 for a task that is waited for.
    package var asyncSeconds: JSON?
    /// How often it is looked after then; 0 leaves it alone.
    package var pollSeconds: JSON?
    /// How many seconds its work may take; nil or 0 for as long as it wants.
    package var timeout: JSON?
    package var environment = JSONObject()
    package var variables = JSONObject()
    /// What the tasks that include it say in their `vars`.
    package var inclusionVariables = JSONObject()
    package var checkMode: JSON?
    package var diff: JSON?
    /// The machine on which it is done in place of this one.
    package var delegateTo: JSON?
    /// Whether facts that it tells are that machine's.
    package var delegatesFacts: JSON = false
    /// Whether one machine does it for all of the batch.
    package var runsOnce: JSON = false
    /// Whether its failure on one machine ends the play on all.
    package var anyErrorIsFatal: JSON = false
    /// On how many machines it is done at a time.
    package var throttle: JSON?

    package init() {}
}

/// How a loop names and shows its items.
package struct LoopControl: Hashable, Sendable {
    package var variable = "item"
    package var indexVariable: String?
    /// What an item is shown as.
    package var label: JSON?
    /// Seconds between two items.
    package var pause: JSON?
    /// Whether `ansible_loop` tells of the loop's state.
    package var isExtended = false

    package init() {}
}

extension TaskKeywords {
    /// Adds what differs from what a task has by itself.
    package func write(to json: inout JSON) {
        if let role { json["role"] = .string(role) }
        if !when.isEmpty { json["when"] = .array(when) }
        if let loop { json["loop"] = loop }
        if let loopLookup { json["loopLookup"] = .string(loopLookup) }
        if loopControl != LoopControl() { json["loopControl"] = loopControl.json }
        if let register { json["register"] = .string(register) }
        if !listen.isEmpty { json["listen"] = JSON(listen) }
        if let changedWhen { json["changedWhen"] = .array(changedWhen) }
        if let failedWhen { json["failedWhen"] = .array(failedWhen) }
        if ignoreErrors != false { json["ignoreErrors"] = ignoreErrors }
        if noLog != false { json["noLog"] = noLog }
        if become != false { json["become"] = become }
        if let becomeUser { json["becomeUser"] = becomeUser }
        if !until.isEmpty { json["until"] = .array(until) }
        if let retries { json["retries"] = retries }
        if let delay { json["delay"] = delay }
        if let asyncSeconds { json["asyncSeconds"] = asyncSeconds }
        if let pollSeconds { json["pollSeconds"] = pollSeconds }
        if let timeout { json["timeout"] = timeout }
        if !environment.isEmpty { json["environment"] = .object(environment) }
        if !variables.isEmpty { json["variables"] = .object(variables) }
        if !inclusionVariables.isEmpty { json["inclusionVariables"] = .object(inclusionVariables) }
        if let checkMode { json["checkMode"] = checkMode }
        if let diff { json["diff"] = diff }
        if let delegateTo { json["delegateTo"] = delegateTo }
        if delegatesFacts != false { json["delegatesFacts"] = delegatesFacts }
        if runsOnce != false { json["runsOnce"] = runsOnce }
        if let throttle { json["throttle"] = throttle }
        if anyErrorIsFatal != false { json["anyErrorIsFatal"] = anyErrorIsFatal }
    }

    init(json: JSON, _ reader: BundleReader) throws(BundleError) {
        role = try reader.optionalText("role")
        when = json["when"]?.array ?? []
        loop = json["loop"]
        loopLookup = try reader.optionalText("loopLookup")
        loopControl =
            try json["loopControl"].map { json throws(BundleError) in try LoopControl(json: json) } ?? LoopControl()
        register = try reader.optionalText("register")
        listen = json["listen"]?.array?.compactMap(\.string) ?? []
        changedWhen = json["changedWhen"]?.array
        failedWhen = json["failedWhen"]?.array
        ignoreErrors = json["ignoreErrors"] ?? false
        noLog = json["noLog"] ?? false
        become = json["become"] ?? false
        becomeUser = json["becomeUser"]
        until = json["until"]?.array ?? []
        retries = json["retries"]
        delay = json["delay"]
        asyncSeconds = json["asyncSeconds"]
        pollSeconds = json["pollSeconds"]
        timeout = json["timeout"]
        environment = json["environment"]?.object ?? JSONObject()
        variables = json["variables"]?.object ?? JSONObject()
        inclusionVariables = json["inclusionVariables"]?.object ?? JSONObject()
        checkMode = json["checkMode"]
        diff = json["diff"]
        delegateTo = json["delegateTo"]
        delegatesFacts = json["delegatesFacts"] ?? false
        runsOnce = json["runsOnce"] ?? false
        throttle = json["throttle"]
        anyErrorIsFatal = json["anyErrorIsFatal"] ?? false
    }
}

extension LoopControl {
    fileprivate var json: JSON {
        var json: JSON = ["variable": .string(variable), "isExtended": .bool(isExtended)]
        if let indexVariable { json["indexVariable"] = .string(indexVariable) }
        if let label { json["label"] = label }
        if let pause { json["pause"] = pause }
        return json
    }

    fileprivate init(json: JSON) throws(BundleError) {
        let reader = try BundleReader(json, "a loop's control")
        variable = try reader.text("variable")
        indexVariable = try reader.optionalText("indexVariable")
        label = json["label"]
        pause = json["pause"]
        isExtended = try reader.flag("isExtended")
    }
}
