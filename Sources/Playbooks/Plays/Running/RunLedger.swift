internal import Bundles
internal import Diagnostics
internal import Inventories
internal import JSON
internal import Templates

/// What the tasks of a run add to it: hosts and groups of its inventory, and statistics. It counts in the order of plays, tasks and
/// machines, whoever is first, and once, however often a machine has to say it.
actor RunLedger {
    /// Where in the run something was said.
    private struct Place: Hashable {
        /// The batches are counted, the tasks in them have places, and the machines are in the batch's order.
        var batch: Int
        var task: [Int]
        var rank: Int

        static func isEarlier(_ one: Place, _ other: Place) -> Bool {
            if one.batch != other.batch { return one.batch < other.batch }
            if one.task != other.task { return one.task.lexicographicallyPrecedes(other.task) }
            return one.rank < other.rank
        }
    }

    private let originals: [CompiledPlaybook]
    /// Compiled for the inventory as it was when they were wanted last.
    private var playbooks: [CompiledPlaybook]
    /// The inventories as they are, in the order in which they grew.
    private var inventories: [Inventory]
    private var growths: [(place: Place, growth: InventoryGrowth)] = []
    private var statistics: [(place: Place, statistic: CustomStatistics.Entry)] = []
    private var answers: [Place: (request: KeepRequest, result: JSONObject)] = [:]
    private var batch = 0
    private var ranks: [String: Int] = [:]
    /// The hosts that the machines of the batch have added or changed.
    private var added: [String] = []
    /// Who takes part in the plays that have begun, by playbook and play.
    private var begun: [[Int: [String]]]
    private var warned: Set<String> = []
    private let report: @Sendable (HostEvent) -> Void

    init(_ playbooks: [CompiledPlaybook], report: @escaping @Sendable (HostEvent) -> Void) {
        originals = playbooks
        self.playbooks = playbooks
        inventories = playbooks.map(\.inventory)
        begun = playbooks.map { _ in [:] }
        self.report = report
    }

    /// A playbook for the inventory as it is now.
    func playbook(_ number: Int) throws(Diagnoses) -> CompiledPlaybook {
        guard playbooks[number].growth < growths.count else { return playbooks[number] }
        var inventory = originals[number].inventory
        for (_, growth) in growths.sorted(by: { Place.isEarlier($0.place, $1.place) }) {
            // What could not be added was refused when it was said.
            _ = try? inventory.grow(growth)
        }
        playbooks[number] = try originals[number].grown(to: inventory, by: growths.count, begun: begun[number])
        return playbooks[number]
    }

    /// A host as the run reaches it now.
    func host(_ name: String, _ keywords: ConnectionKeywords) throws(Diagnoses) -> HostInRun {
        for number in playbooks.indices { _ = try playbook(number) }
        return HostInRun(name, keywords, in: playbooks)
    }

    /// A play with the machines that take part, as it begins.
    func begin(_ index: Int, of number: Int) throws(Diagnoses) -> CompiledPlaybook.Stage {
        let playbook = try playbook(number)
        let stage = playbook.stages[index]
        for problem in playbook.unknownHosts(of: stage) { report(.warned(problem)) }
        begun[number][stage.number] = stage.hosts
        return stage
    }

    /// The next machines that work together begin.
    func begin(_ hosts: [String]) {
        batch += 1
        added = []
        ranks = Dictionary(uniqueKeysWithValues: hosts.enumerated().map { ($1, $0) })
    }

    /// What the inventory has become for a machine; nil where that is what it knows.
    func news(for host: String, of number: Int, since growth: Int) throws -> (CompiledPlaybook, InventoryNews)? {
        let playbook = try playbook(number)
        guard playbook.growth > growth, let bundle = playbook.bundle(for: host) else { return nil }
        let news = InventoryNews(variables: bundle.variables, hostVariables: bundle.hostVariables, added: added)
        return (playbook, news)
    }

    /// Keeps what a task of a machine says, and gives the task's result.
    func keep(_ request: KeepRequest, of host: String, in number: Int, isLocal: Bool) throws -> JSONObject {
        let place = Place(batch: batch, task: request.place, rank: ranks[host] ?? 0)
        if let answer = answers[place], answer.request == request { return answer.result }
        try originals[number].keeping.require(request.module, request.arguments, of: host, isLocal: isLocal)
        var result: JSONObject
        if let growth = try InventoryGrowth(request.module, request.arguments, of: host) {
            result = growth.result
            let isNews = try inventories[number].grow(growth)
            result["changed"] = .bool(isNews)
            if isNews, let host = growth.host, !added.contains(host) { added.append(host) }
            for other in inventories.indices where other != number {
                // A circle of groups in another playbook's inventory leaves that one as it is.
                _ = try? inventories[other].grow(growth)
            }
            warn(of: growth.groups)
            growths.append((place, growth))
        } else {
            let hosts = request.ofAll ? ranks.sorted { $0.value < $1.value }.map(\.key) : [host]
            let entry = try CustomStatistics.Entry(request.arguments, of: hosts)
            result = entry.result
            statistics.append((place, request.isSecret ? entry.hidden : entry))
        }
        answers[place] = (request, result)
        return result
    }

    private func warn(of groups: [String]) {
        for name in groups where !name.isVariableName && warned.insert(name).inserted {
            report(
                .warned(
                    Diagnosis(
                        "the group's name '\(name)' is no variable's name",
                        why: "templates cannot say 'groups.\(name)'", fix: "make it of letters, digits and '_'")))
        }
    }

    /// All that was said in statistics.
    var customStatistics: CustomStatistics {
        var all = CustomStatistics()
        for (_, entry) in statistics.sorted(by: { Place.isEarlier($0.place, $1.place) }) { all.take(entry) }
        return all
    }
}

/// What a machine wants to have kept.
struct KeepRequest: Hashable {
    var module: String
    var arguments: JSONObject
    /// Its place in the play; no other one is the same on that machine.
    var place: [Int]
    /// Whether one machine says it for all.
    var ofAll: Bool
    var isSecret: Bool
}

extension InventoryGrowth {
    /// What a task of `group_by` or `add_host` adds; nil for another module.
    init?(_ module: String, _ arguments: JSONObject, of host: String) throws {
        func texts(_ name: String) -> [String] {
            guard let value = arguments[name], !value.isNull else { return [] }
            return (value.array ?? [value]).map { $0.string ?? $0.text }
        }
        switch module {
        case "group_by":
            func name(_ text: String) -> String { text.replacing(" ", with: "-") }
            guard let key = texts("key").first, !key.isEmpty else { throw Diagnosis("'key' of 'group_by' is empty") }
            let parents = arguments["parents"] == nil ? ["all"] : texts("parents").map(name)
            guard !parents.contains("") else { throw Diagnosis("'parents' of 'group_by' has an empty name") }
            self = .member(host: host, group: name(key), parents: parents)
        case "add_host":
            guard let name = texts("name").first, !name.isEmpty else {
                throw Diagnosis("'name' of 'add_host' is empty")
            }
            var groups: [String] = []
            for group in texts("groups").map({ Conversions.trimmed($0) })
            where !group.isEmpty && !groups.contains(group) {
                groups.append(group)
            }
            var variables = arguments
            for name in ["name", "groups"] { variables[name] = Optional.none }
            self = InventoryGrowth(hostAsWritten: name, groups: groups, variables: variables)
        default: return nil
        }
    }

    /// What such a task registers, besides whether it was news.
    var result: JSONObject {
        switch self {
        case .member(_, let group, let parents): ["add_group": .string(group), "parent_groups": JSON(parents)]
        case .host(let name, let groups, let variables):
            ["add_host": ["host_name": .string(name), "groups": JSON(groups), "host_vars": .object(variables)]]
        }
    }

    /// The groups that it names.
    var groups: [String] {
        switch self {
        case .member(_, let group, let parents): [group] + parents
        case .host(_, let groups, _): groups
        }
    }

    /// The host that it adds.
    var host: String? {
        if case .host(let name, _, _) = self { name } else { nil }
    }
}
