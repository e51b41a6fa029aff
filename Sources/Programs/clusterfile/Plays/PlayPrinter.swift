import Bundles
import Diagnostics
import Glibc
import JSON
import Plays
import Synchronization

/// Prints a run as `ansible-playbook` does: a task's hosts together, although each goes at its own pace.
final class PlayPrinter: Sendable {
    /// One task of a play, in the order in which the first host came to it.
    private struct Block {
        var title: String
        var lines: [String] = []
        var finished: Set<String> = []
    }

    private struct State {
        var blocks: [String: Block] = [:]
        var order: [String] = []
        /// How many of the blocks are printed.
        var printed = 0
        var hosts: [String] = []
        /// How often each host has begun a task: a file that is included twice has the same tasks again.
        var visits: [String: Int] = [:]
        var plays: [JSON] = []
        var times = PlayTimes()
    }

    private let state = Mutex(State())
    private let showsDifferences: Bool
    private let isVerbose: Bool
    private let format: OutputFormat
    private let hasColours = Terminal.hasColours(STDOUT_FILENO)

    init(showsDifferences: Bool, isVerbose: Bool, format: OutputFormat) {
        self.showsDifferences = showsDifferences
        self.isVerbose = isVerbose
        self.format = format
    }

    func take(_ event: HostEvent) {
        state.withLock { state in
            switch event {
            case .playStarted(let name, let hosts):
                flush(&state)
                state = State(hosts: hosts, plays: state.plays, times: state.times)
                state.plays.append(["play": .string(name), "tasks": []])
                say(Self.header("PLAY [\(name)]"))
            case .task(let host, let task): take(task, of: host, &state)
            case .lost(let host, let diagnoses):
                state.hosts.removeAll { $0 == host }
                say(painted("unreachable: [\(host)]: \(diagnoses.description)", .red))
                advance(&state)
            case .resumed(let host, let diagnoses):
                say(painted("connected again: [\(host)] goes on with its task: \(diagnoses.description)", .yellow))
            case .warned(let diagnosis): Terminal.error("warning: \(diagnosis.rendered)")
            }
        }
    }

    private func take(_ task: TaskEvent, of host: String, _ state: inout State) {
        let place = "\(task.play) \(task.location) \(task.isHandler)"
        if task.status == .started { state.visits["\(host) \(place)", default: 0] += 1 }
        let key = "\(place) \(state.visits["\(host) \(place)"] ?? 0)"
        if state.blocks[key] == nil {
            let name = (task.role.map { "\($0) : " } ?? "") + task.task
            state.blocks[key] = Block(title: Self.header("\(task.isHandler ? "RUNNING HANDLER" : "TASK") [\(name)]"))
            state.order.append(key)
        }
        guard task.status != .started else { return }
        state.blocks[key]?.lines += lines(of: task, host)
        if task.item == nil {
            state.blocks[key]?.finished.insert(host)
            state.times.note(task, host)
            note(task, of: host, &state)
            // A failed host takes no further part in the play, unless a rescue says otherwise.
            if task.status == .failed { state.hosts.removeAll { $0 == host } }
        }
        advance(&state)
    }

    private func note(_ task: TaskEvent, of host: String, _ state: inout State) {
        guard format != .table, !state.plays.isEmpty else { return }
        var json = task.json
        json["host"] = .string(host)
        var tasks = state.plays[state.plays.count - 1]["tasks"]?.array ?? []
        tasks.append(json)
        state.plays[state.plays.count - 1]["tasks"] = .array(tasks)
    }

    /// Prints the blocks at the front that every host is through with, or past.
    private func advance(_ state: inout State) {
        while state.printed < state.order.count {
            let key = state.order[state.printed]
            guard let block = state.blocks[key] else { return }
            let later = state.order[(state.printed + 1)...].reduce(into: Set<String>()) {
                $0.formUnion(state.blocks[$1]?.finished ?? [])
            }
            guard state.hosts.allSatisfy({ block.finished.contains($0) || later.contains($0) }) else { return }
            show(block)
            state.printed += 1
        }
    }

    private func flush(_ state: inout State) {
        for key in state.order[state.printed...] { if let block = state.blocks[key] { show(block) } }
        state.printed = state.order.count
    }

    private func show(_ block: Block) {
        guard !block.lines.isEmpty else { return }
        say(block.title + block.lines.joined(separator: "\n") + "\n")
    }

    private func say(_ text: String) { if format == .table { Terminal.output(text) } }

    private static func header(_ title: String) -> String {
        "\n" + title + " " + String(repeating: "*", count: max(3, 79 - title.count)) + "\n"
    }

    private func lines(of task: TaskEvent, _ host: String) -> [String] {
        let item = task.item.map { " => (item=\($0))" } ?? ""
        let message = task.message.map { ": " + $0 } ?? ""
        var line: String
        switch task.status {
        case .started: return []
        case .ok: line = painted("ok: [\(host)]\(item)\(isVerbose || task.module == "debug" ? message : "")", .green)
        case .changed: line = painted("changed: [\(host)]\(item)\(isVerbose ? message : "")", .yellow)
        case .skipped: line = painted("skipping: [\(host)]\(item)", .cyan)
        case .failed: line = painted("\(task.item == nil ? "fatal" : "failed"): [\(host)]\(item)\(message)", .red)
        case .ignored: line = painted("fatal: [\(host)]\(item)\(message)", .red) + "\n...ignoring"
        }
        if task.status == .failed, task.item == nil { line += "\n  at \(task.location)" }
        guard task.showsDifferences ?? showsDifferences else { return [line] }
        let changes = task.differences.map { $0.unifiedText() }.filter { !$0.isEmpty }
        return changes.map { $0.hasSuffix("\n") ? String($0.dropLast()) : $0 } + [line]
    }

    private enum Colour: Int {
        case red = 31
        case green = 32
        case yellow = 33
        case cyan = 36
    }

    private func painted(_ text: String, _ colour: Colour) -> String {
        hasColours ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Tells how it ended.
    func finish(_ recap: PlaybookRecap, showsCustomStatistics: Bool) {
        let custom = recap.customStatistics
        state.withLock { state in
            flush(&state)
            switch format {
            case .table:
                say(Self.header("PLAY RECAP") + recap.text + "\n")
                if showsCustomStatistics, !custom.isEmpty { say(Self.header("CUSTOM STATS: ") + custom.text + "\n") }
            case .json, .yaml:
                var value: JSON = ["plays": .array(state.plays), "stats": recap.json]
                if !custom.isEmpty {
                    (value["custom_stats"], value["global_custom_stats"]) = (custom.json, .object(custom.run))
                }
                Terminal.output(format == .json ? value.prettyText : value.yamlText)
            case .name: Terminal.output(recap.counts.keys.sorted().joined(separator: "\n"))
            }
        }
    }

    /// How long tasks, roles and hosts took.
    var profile: String { state.withLock { $0.times.text } }
}
