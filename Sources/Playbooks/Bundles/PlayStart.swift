package import JSON

/// "Carry out this play", and what is settled only now.
package struct PlayStart: Hashable, Sendable {
    package var number: Int
    /// The machines that still take part in the play, and those of them that do so now.
    package var hosts: [String]
    package var batch: [String]
    /// Answers of a person and the like.
    package var variables: JSONObject
    /// Other machines' variables that came up in earlier plays, by machine.
    package var others: JSONObject
    /// Whether nothing is to be changed, only told.
    package var isChecking: Bool
    /// Whether a person is asked before each task.
    package var isStepping = false
    /// Whether the runner tells where it is, so that another one can go on there.
    package var isMarked = false
    /// Where it goes on that another began.
    package var resume: ResumePoint?

    package init(
        number: Int, hosts: [String], batch: [String], variables: JSONObject = [:], others: JSONObject = [:],
        isChecking: Bool = false
    ) {
        self.number = number
        self.hosts = hosts
        self.batch = batch
        self.variables = variables
        self.others = others
        self.isChecking = isChecking
    }

    package var json: JSON {
        [
            "number": JSON(number), "hosts": JSON(hosts), "batch": JSON(batch), "variables": .object(variables),
            "others": .object(others), "isChecking": .bool(isChecking), "isStepping": .bool(isStepping),
            "isMarked": .bool(isMarked), "resume": resume?.json ?? .null,
        ]
    }

    package init(json: JSON) throws(BundleError) {
        let reader = try BundleReader(json, "a play's start")
        self.init(
            number: try reader.integer("number"), hosts: json["hosts"]?.array?.compactMap(\.string) ?? [],
            batch: json["batch"]?.array?.compactMap(\.string) ?? [], variables: try reader.object("variables"),
            others: try reader.object("others"), isChecking: try reader.flag("isChecking"))
        isStepping = try reader.flag("isStepping")
        isMarked = try reader.flag("isMarked")
        if let point = json["resume"], !point.isNull { resume = try ResumePoint(json: point) }
    }
}

/// How a play ended on a machine.
package struct PlayEnd: Hashable, Sendable {
    package var counts: RecapCounts
    /// Whether the machine takes part no longer, though none of its own tasks failed.
    package var isStopped: Bool
    /// Whether its failure ends the play for all.
    package var isFatal: Bool
    /// What others may know of its variables, since it told of them last.
    package var updates: JSONObject

    package init(counts: RecapCounts, isStopped: Bool, isFatal: Bool, updates: JSONObject) {
        self.counts = counts
        self.isStopped = isStopped
        self.isFatal = isFatal
        self.updates = updates
    }

    package var json: JSON {
        ["counts": counts.json, "isStopped": .bool(isStopped), "isFatal": .bool(isFatal), "updates": .object(updates)]
    }

    package init(json: JSON) throws(BundleError) {
        let reader = try BundleReader(json, "a play's end")
        self.init(
            counts: try RecapCounts(json: json["counts"] ?? .null), isStopped: try reader.flag("isStopped"),
            isFatal: try reader.flag("isFatal"), updates: try reader.object("updates"))
    }
}
