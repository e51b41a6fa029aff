package import JSON

/// What happened to a task, or to one item of its loop, on a machine.
package struct TaskEvent: Hashable, Sendable {
    package enum Status: String, Hashable, Sendable {
        case started, ok, changed, skipped, failed
        /// Failed, and the task says to go on.
        case ignored
    }

    /// A small text before and after a change.
    package struct Difference: Hashable, Sendable {
        package var path: String
        package var before: String
        package var after: String

        package init(path: String, before: String, after: String) {
            self.path = path
            self.before = before
            self.after = after
        }
    }

    package var play: Int
    package var task: String
    package var module: String
    package var role: String?
    package var isHandler: Bool
    package var location: String
    package var status: Status
    /// The loop's item, where this is about one of several.
    package var item: String?
    package var message: String?
    package var differences: [Difference] = []
    /// Whether the differences are to be shown, where the task says so itself.
    package var showsDifferences: Bool?
    package var milliseconds: Int = 0

    package init(
        play: Int, task: String, module: String, role: String?, isHandler: Bool, location: String, status: Status,
        item: String? = nil, message: String? = nil
    ) {
        self.play = play
        self.task = task
        self.module = module
        self.role = role
        self.isHandler = isHandler
        self.location = location
        self.status = status
        self.item = item
        self.message = message
    }
}

extension TaskEvent {
    package var json: JSON {
        var json: JSON = [
            "play": JSON(play), "task": .string(task), "module": .string(module), "location": .string(location),
            "status": .string(status.rawValue), "ms": JSON(milliseconds),
        ]
        if let role { json["role"] = .string(role) }
        if isHandler { json["handler"] = true }
        if let item { json["item"] = .string(item) }
        if let message { json["message"] = .string(message) }
        if let showsDifferences { json["diff"] = .bool(showsDifferences) }
        if !differences.isEmpty {
            json["differences"] = .array(
                differences.map(\.json))
        }
        return json
    }

    package init(json: JSON) throws(BundleError) {
        let reader = try BundleReader(json, "an event")
        guard let status = Status(rawValue: try reader.text("status")) else {
            throw .malformed("an event of an unknown status")
        }
        self.init(
            play: try reader.integer("play"), task: try reader.text("task"), module: try reader.text("module"),
            role: try reader.optionalText("role"), isHandler: json["handler"]?.bool ?? false,
            location: try reader.text("location"), status: status, item: try reader.optionalText("item"),
            message: try reader.optionalText("message"))
        milliseconds = try reader.integer("ms")
        showsDifferences = json["diff"]?.bool
        for json in json["differences"]?.array ?? [] { differences.append(try Difference(json: json)) }
    }
}

extension TaskEvent.Difference {
    var json: JSON { ["path": .string(path), "before": .string(before), "after": .string(after)] }

    init(json: JSON) throws(BundleError) {
        let reader = try BundleReader(json, "a difference")
        self.init(path: try reader.text("path"), before: try reader.text("before"), after: try reader.text("after"))
    }
}

/// How many tasks ended how, as Ansible's recap counts them: a changed task is also ok.
package struct RecapCounts: Hashable, Sendable {
    package var ok = 0
    package var changed = 0
    package var failed = 0
    package var skipped = 0
    package var ignored = 0
    /// Failures that a block's rescue met.
    package var rescued = 0

    package init() {}

    package var json: JSON {
        [
            "ok": JSON(ok), "changed": JSON(changed), "failed": JSON(failed), "skipped": JSON(skipped),
            "ignored": JSON(ignored), "rescued": JSON(rescued),
        ]
    }

    package init(json: JSON) throws(BundleError) {
        let reader = try BundleReader(json, "a recap")
        ok = try reader.integer("ok")
        changed = try reader.integer("changed")
        failed = try reader.integer("failed")
        skipped = try reader.integer("skipped")
        ignored = try reader.integer("ignored")
        rescued = try reader.integer("rescued")
    }

    package static func + (left: RecapCounts, right: RecapCounts) -> RecapCounts {
        var sum = left
        sum.ok += right.ok
        sum.changed += right.changed
        sum.failed += right.failed
        sum.skipped += right.skipped
        sum.ignored += right.ignored
        sum.rescued += right.rescued
        return sum
    }
}
