internal import Bundles
internal import JSON
internal import Templates

/// One play on one machine: its steps in order, then the handlers that were notified.
final class PlayRunner {
    /// How a list of steps went.
    enum Flow: Hashable {
        case done, failed
        /// The play is over for this machine, by a `meta` task.
        case ended
        /// It is over for all, since too many have failed.
        case stopped
    }

    let runner: BundleRunner
    let play: Bundle.Play
    let start: PlayStart
    /// The machines that still take part.
    private(set) var hosts: [String]
    /// The hosts that tasks of the play have added to the inventory.
    var added: [String] = []
    /// Where in the play the present task is.
    private(set) var place: [Int] = []
    /// The handler that is underway, and how many items of the present task have begun.
    private(set) var handler: Int?
    private(set) var begunItems = 0
    /// The steps that are left on the way to the task with which another runner's play goes on.
    private var way: ArraySlice<Int> = []
    /// The handler with which it goes on, and the reboot.
    private var handlerUnderway: Int?
    private var rebootUnderway: JSONObject?
    private(set) var failedBlocks: Set<[Int]> = []
    /// How many roles and handlers the controller knows of.
    var marked = (roles: 0, handlers: 0)
    private var isFatal = false
    private(set) var roles: [Bundle.Role]
    private(set) var handlers: [BundledTask]
    private let journalKey: String
    /// The names that were notified, for the journal, and the handlers that they meant then.
    private var notified: Set<String>
    private var owed: Set<Int> = []
    /// The loop's items of the inclusions within which the present task is, outermost first.
    private(set) var inclusionItems: [JSONObject] = []
    /// How many blocks with a rescue the present task is within.
    private var rescues = 0
    private var inclusionsUnderway = 0

    init(_ runner: BundleRunner, _ play: Bundle.Play, _ start: PlayStart) {
        self.runner = runner
        self.play = play
        self.start = start
        hosts = start.hosts
        roles = play.roles
        handlers = play.handlers
        journalKey = runner.bundle.playbook + "\n" + play.name
        // What a killed run still owed.
        notified = Set(runner.state.journal.names(play: journalKey))
        if let point = start.resume {
            (way, handlerUnderway, rebootUnderway) = (point.place[...], point.handler, point.reboot)
            roles += point.roles
            handlers += point.handlers
            failedBlocks = Set(point.failedBlocks)
        }
        marked = (roles.count, handlers.count)
    }

    func run() throws -> PlayEnd {
        owed = handlersMeant(by: notified)
        let flow = try run(play.items)
        // Handlers at the end have their place behind all tasks.
        place = [play.items.count]
        switch flow {
        case .done: _ = try flushHandlers()
        case .failed where play.forcesHandlers: _ = try flushHandlers()
        case .failed, .ended, .stopped: break
        }
        if !runner.unmarked.isEmpty { try mark() }
        return PlayEnd(
            counts: runner.counts, isStopped: flow == .stopped, isFatal: isFatal,
            updates: play.sharesVariables ? runner.news() : [:])
    }

    private func run(_ items: [BundledItem]) throws -> Flow {
        let first = nextStep()
        place.append(first)
        defer { place.removeLast() }
        for item in items.dropFirst(first) {
            let flow =
                switch item {
                case .task(let task): try run(task)
                case .block(let block): try run(block)
                }
            if flow != .done { return flow }
            place[place.count - 1] += 1
        }
        return .done
    }

    /// The next step on the way to where the play goes on; 0 once that is reached.
    private func nextStep() -> Int { way.popFirst() ?? 0 }

    /// What a reboot waits for that began before this runner, once.
    func takeReboot() -> JSONObject? {
        defer { rebootUnderway = nil }
        return rebootUnderway
    }

    private func run(_ task: BundledTask) throws -> Flow {
        if way.isEmpty { try mark(reboot: rebootUnderway) }
        if start.isStepping, task.module != "meta",
            try runner.ask(.step(place: place, task: TaskRunner(self, task, isHandler: false, tells: false).shownName))
                == false
        {
            return .done
        }
        let act = try task.meetsOthers ? meet(runsOnce: task.isDoneOnce || isOn(task.runsOnce)) : .goOn
        switch act {
        case .stop: return .stopped
        case .done(let result): return try take(result, of: task)
        case .goOn, .doForAll: break
        }
        begunItems = 0
        let isThrottled = try takeTurn(at: task)
        let flow = try carryOut(task, tells: act == .doForAll && !isAlone)
        if isThrottled { _ = try runner.ask(.turnOver) }
        if flow == .failed, try isOn(task.anyErrorIsFatal) || act == .doForAll { isFatal = true }
        if flow == .done, try play.meetsAfterEach || task.module == "group_by" || isOn(task.anyErrorIsFatal) {
            place.append(.max)
            defer { place.removeLast() }
            if try meet(runsOnce: false) == .stop { return .stopped }
        }
        return flow
    }

    private func carryOut(_ task: BundledTask, tells: Bool) throws -> Flow {
        switch task.module {
        case "meta": return try meta(task)
        case "include_tasks", "include_role": return try include(task, isHandler: false)
        default: return try TaskRunner(self, task, isHandler: false, tells: tells).run() == .failed ? .failed : .done
        }
    }

    /// A failure in the main steps is met by the rescue; the last steps are done in any case.
    private func run(_ block: BundledBlock) throws -> Flow {
        let meetsFailure = !block.rescue.isEmpty
        let name = place
        let section = nextStep()
        place.append(section)
        defer {
            place.removeLast()
            failedBlocks.remove(name)
        }
        var flow = section == 1 || failedBlocks.contains(name) ? Flow.failed : .done
        if section == 0 {
            if meetsFailure { rescues += 1 }
            defer { if meetsFailure { rescues -= 1 } }
            flow = try run(block.main)
        }
        if section < 2, flow == .failed, meetsFailure {
            place[place.count - 1] = 1
            flow = try run(block.rescue)
        }
        guard flow == .done || flow == .failed else { return flow }
        if flow == .failed { failedBlocks.insert(name) }
        place[place.count - 1] = 2
        let last = try run(block.always)
        return last == .done ? flow : last
    }

    /// An item of the present task begins, or the task itself where it has no loop.
    func beginItem() { begunItems += 1 }

    // MARK: Others

    var isAlone: Bool { start.batch.count < 2 }

    private func isOn(_ flag: JSON) throws -> Bool {
        if case .bool(let flag) = flag { return flag }
        return Conversions.boolean(try Variables(layers: layers(.none, []), templates: runner.templates).render(flag))
    }

    /// Waits where only some machines do a task at a time.
    private func takeTurn(at task: BundledTask) throws -> Bool {
        guard let throttle = task.throttle, !isAlone,
            let count = try Conversions.integer(variables(task, []).render(throttle)), count > 0
        else { return false }
        _ = try runner.ask(.turn(place: place, of: Int(clamping: count)))
        return true
    }

    /// Waits for the other machines of the batch, hears of them, and learns what to do.
    private func meet(runsOnce: Bool) throws -> MeetingOutcome.Act {
        if isAlone { return runsOnce ? .doForAll : .goOn }
        let updates = play.sharesVariables ? runner.news() : [:]
        let outcome = try MeetingOutcome(
            json: runner.ask(.meeting(place: place, runsOnce: runsOnce, updates: updates)))
        hosts = outcome.hosts
        runner.hear(outcome.updates)
        outcome.inventory.map(take)
        return outcome.act
    }

    /// Takes over what came of a task that another machine did for all.
    private func take(_ result: JSON, of task: BundledTask) throws -> Flow {
        if result["failed"]?.isTruthy ?? false { return .stopped }
        // Where the module alone wants it, what came of it is the one machine's.
        guard try isOn(task.runsOnce) else { return .done }
        if let name = task.register { runner.remember(name, result) }
        for (name, value) in result["ansible_facts"]?.object ?? [:] { runner.remember(name, value) }
        return .done
    }

    /// Tells the others what came of a task that this machine did for all.
    func tell(_ result: JSONObject) throws { try runner.channel.send(Frame(.settled, JSON.object(result).bytes)) }

    /// Counts a failure, and keeps what a rescue may ask of it.
    func failed(_ task: BundledTask, _ result: JSONObject) {
        guard rescues > 0 else {
            runner.counts.failed += 1
            return
        }
        runner.counts.rescued += 1
        runner.registered["ansible_failed_task"] = [
            "name": .string(task.name), "action": .string(task.module), "args": .object(task.arguments),
        ]
        runner.registered["ansible_failed_result"] = .object(result)
        runner.note(["ansible_failed_task", "ansible_failed_result"])
    }

    private func meta(_ task: BundledTask) throws -> Flow {
        let act = task.arguments["cmd"]?.string ?? ""
        // This one is never conditional.
        if act == "flush_handlers" { return try flushHandlers() ? .done : .failed }
        guard try task.when.allSatisfy({ try variables(task, []).holds($0) }) else { return .done }
        switch act {
        case "end_play", "end_host", "end_batch": return .ended
        case "clear_facts": runner.facts = JSONObject()
        default: break
        }
        return .done
    }

    // MARK: Inclusions

    private func include(_ task: BundledTask, isHandler: Bool) throws -> Flow {
        let isUnderway = !way.isEmpty
        let counts = runner.counts
        let (outcome, rounds) = try TaskRunner(self, task, isHandler: isHandler, tells: false).inclusions()
        if outcome == .failed { return .failed }
        // It was counted when it began.
        if isUnderway { runner.counts = counts }
        for (number, (inclusion, item)) in rounds.enumerated().dropFirst(nextStep()) {
            guard inclusionsUnderway < 100 else {
                throw TaskFailure.said("more than 100 inclusions within each other")
            }
            inclusionsUnderway += 1
            inclusionItems.append(item)
            place.append(number)
            defer {
                inclusionsUnderway -= 1
                inclusionItems.removeLast()
                place.removeLast()
            }
            roles += inclusion.roles.filter { role in !roles.contains { $0.id == role.id } }
            handlers += inclusion.handlers.filter { handler in !handlers.contains(handler) }
            let flow = isHandler ? try runAsHandlers(inclusion.items) : try run(inclusion.items)
            if flow != .done { return flow }
        }
        return .done
    }

    private func runAsHandlers(_ items: [BundledItem]) throws -> Flow {
        for task in BundledItem.tasks(of: items)
        where try TaskRunner(self, task, isHandler: true, tells: false).run() == .failed {
            return .failed
        }
        return .done
    }

    /// What a task includes under a name: it came with the bundle, or the controller is asked.
    func inclusion(_ name: String, of task: BundledTask) throws -> Inclusion {
        if let inclusion = task.inclusions[name] { return inclusion }
        guard let site = task.inclusionSite else { throw TaskFailure.said("'\(task.module)' came without its place") }
        return try Inclusion(json: runner.ask(.inclusion(site: site, name: name, play: play.number)))
    }

    // MARK: Handlers

    /// Runs what was notified, in the order of definition; false where one failed.
    private func flushHandlers() throws -> Bool {
        // One handler may notify another behind it, or include some.
        var number = handlerUnderway ?? 0
        handlerUnderway = nil
        while number < handlers.count {
            defer { number += 1 }
            guard owed.contains(number) else { continue }
            try mark(handler: number)
            owed.remove(number)
            (handler, begunItems) = (number, 0)
            defer { handler = nil }
            let task = handlers[number]
            let flow =
                task.inclusionSite == nil
                ? try TaskRunner(self, task, isHandler: true, tells: false).run() == .failed ? .failed : .done
                : try include(task, isHandler: true)
            guard flow != .failed else { return false }
        }
        notified = []
        try runner.state.journal.set([], play: journalKey)
        return true
    }

    /// The numbers of the handlers that are meant now: of a name the last one, of a topic all that listen.
    private func handlersMeant(by names: Set<String>) -> Set<Int> {
        var meant: Set<Int> = []
        var found: Set<String> = []
        for (number, handler) in handlers.enumerated().reversed() {
            // A name that cannot be rendered is one that nobody notifies.
            let name = (try? variables(handler, []).render(.string(handler.name)))?.string ?? handler.name
            let own = [name] + (role(of: handler).map { ["\($0.name) : \(name)"] } ?? [])
            if own.contains(where: { names.contains($0) && !found.contains($0) }) { meant.insert(number) }
            found.formUnion(own)
            if !names.isDisjoint(with: handler.listen) { meant.insert(number) }
        }
        return meant
    }

    /// Notes on disk what a change that begins now will notify; gives what was noted before.
    func intend(_ names: [String]) throws {
        guard !names.isEmpty else { return }
        try runner.state.journal.set(notified.union(names).sorted(), play: journalKey)
    }

    /// Takes an intention back, or makes it a notification.
    func settle(_ names: [String], changed: Bool) throws {
        guard !names.isEmpty else { return }
        if changed {
            notified.formUnion(names)
            owed.formUnion(handlersMeant(by: Set(names)))
        }
        try runner.state.journal.set(notified.sorted(), play: journalKey)
    }

    func role(of task: BundledTask) -> Bundle.Role? { task.role.flatMap { id in roles.first { $0.id == id } } }
}
