package import Bundles
package import Diagnostics
package import Inventories
package import JSON

/// A playbook as it was read: plays with their roles resolved, nothing rendered.
package struct Playbook: Sendable {
    package var path: String
    package var folder: String
    package var plays: [Play]
    package var variableFiles: VariableFiles
}

extension Playbook {
    /// The same from the task of that name on; without one, all of it.
    func beginning(at name: String?) throws(Diagnoses) -> Playbook {
        guard let name else { return self }
        var (rest, hasBegun) = (self, false)
        for number in rest.plays.indices {
            rest.plays[number].items = PlayItem.filtered(rest.plays[number].items) { task in
                hasBegun = hasBegun || task.name == name
                return hasBegun || task.module == "gather_facts"
            }
        }
        if hasBegun { return rest }
        let known = plays.flatMap { PlayItem.tasks(of: $0.items).map(\.name) }
        throw Diagnoses([
            Diagnosis(
                "no task is called '\(name)'",
                fix: nearestName(to: name, among: known).map { "did you mean '\($0)'?" })
        ])
    }
}

/// One play: which machines, and what they do.
package struct Play: Sendable {
    package var name: String
    package var hosts: HostPattern
    package var location: SourceLocation
    package var variables = JSONObject()
    package var roles: [Role] = []
    package var items: [PlayItem] = []
    package var handlers: [PlayTask] = []
    package var forcesHandlers = false
    var tags: Set<String> = []
    var serial: [BatchSize] = []
    var limit = FailureLimit()
    var isFree = false
    var order = HostOrder.inventory
    var connection = ConnectionKeywords()
    var prompts: [VariablePrompt] = []
    /// Whether a machine that cannot be reached is left out of it, and no more.
    var ignoresUnreachable = false
    /// Where its files are looked for.
    var folder: String
}

/// How a play reaches its machines, where it says so.
package struct ConnectionKeywords: Hashable, Sendable {
    /// Whether on the controller itself; nil where the play does not say.
    package var isLocal: Bool?
    package var user: String?
    package var port: Int?

    package init() {}
}

/// In which order a play takes its machines.
enum HostOrder: String, Hashable, Sendable, CaseIterable {
    case inventory, sorted, shuffle
    case reverseInventory = "reverse_inventory"
    case reverseSorted = "reverse_sorted"

    func applied(to hosts: [String]) -> [String] {
        switch self {
        case .inventory: hosts
        case .reverseInventory: hosts.reversed()
        case .sorted: hosts.sorted()
        case .reverseSorted: hosts.sorted().reversed()
        case .shuffle: hosts.shuffled()
        }
    }
}

/// How many machines of a play are a batch (`serial`).
enum BatchSize: Hashable, Sendable {
    case machines(Int)
    /// Of all machines of the play, at least one.
    case percentage(Double)

    func count(of all: Int) -> Int {
        switch self {
        case .machines(let count): count
        case .percentage(let part): max(1, Int(part * Double(all) / 100))
        }
    }
}

/// A role as one play uses it.
package struct Role: Sendable {
    /// Tells this use apart from others in the play.
    package var id: String
    package var isPublic = true
    package var name: String
    package var path: String
    package var defaults = JSONObject()
    package var variables = JSONObject()
    package var parameters = JSONObject()
    /// The roles whose tasks brought it, the nearest first.
    package var parents: [Bundle.Role.Parent] = []
    var origin = Origin.play

    /// What brought it: the play's own list, another role that wants it before itself, or a task.
    enum Origin: Sendable {
        case play, dependency, task
    }
}

/// A step of a play as it was read.
package indirect enum PlayItem: Sendable {
    case task(PlayTask)
    case block(main: [PlayItem], rescue: [PlayItem], always: [PlayItem])

    /// Every task of these steps, in the order in which they stand.
    static func tasks(of items: [PlayItem]) -> [PlayTask] {
        items.flatMap { item -> [PlayTask] in
            switch item {
            case .task(let task): [task]
            case .block(let main, let rescue, let always): tasks(of: main + rescue + always)
            }
        }
    }

    /// The same, telling no handler of changes.
    var withoutNotifications: PlayItem {
        switch self {
        case .task(var task):
            task.notify = []
            return .task(task)
        case .block(let main, let rescue, let always):
            return .block(
                main: main.map(\.withoutNotifications), rescue: rescue.map(\.withoutNotifications),
                always: always.map(\.withoutNotifications))
        }
    }

    /// The steps with the tasks that pass; a block that is left without a step of its own goes.
    static func filtered(_ items: [PlayItem], _ keeps: (PlayTask) -> Bool) -> [PlayItem] {
        items.compactMap { item in
            switch item {
            case .task(let task): return keeps(task) ? item : nil
            case .block(let main, let rescue, let always):
                let kept = filtered(main, keeps)
                let last = filtered(always, keeps)
                if kept.isEmpty, last.isEmpty { return nil }
                return .block(main: kept, rescue: filtered(rescue, keeps), always: last)
            }
        }
    }
}

/// A task with everything that its block, role and play give it.
@dynamicMemberLookup package struct PlayTask: Sendable {
    package var name: String
    package var module: String
    package var arguments: JSONObject
    package var argumentLocations: [String: SourceLocation]
    package var location: SourceLocation
    /// Where `async` stands.
    var asyncLocation: SourceLocation?
    package var keywords = TaskKeywords()
    package var notify: [Notification] = []
    /// Its own, and those of its block, role and play.
    package var tags: Set<String> = []
    /// What the tasks that it includes take over; nil for a task that includes none.
    package var inclusion: InclusionSite?
    /// Whether a machine that cannot be reached is left out of the play, and no more.
    package var ignoresUnreachable = false

    package subscript<Value>(dynamicMember keyword: WritableKeyPath<TaskKeywords, Value>) -> Value {
        get { keywords[keyPath: keyword] }
        set { keywords[keyPath: keyword] = newValue }
    }

    /// A handler's name and where it was written.
    package struct Notification: Sendable {
        package var name: String
        package var location: SourceLocation
    }
}
