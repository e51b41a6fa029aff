import Bundles

/// How long tasks, roles and hosts took in a run (`--profile`).
struct PlayTimes {
    private var tasks: [String: Int] = [:]
    private var roles: [String: Int] = [:]
    private var hosts: [String: Int] = [:]

    mutating func note(_ task: TaskEvent, _ host: String) {
        let name = (task.role.map { "\($0) : " } ?? "") + task.task
        tasks[name, default: 0] += task.milliseconds
        if let role = task.role { roles[role, default: 0] += task.milliseconds }
        hosts[host, default: 0] += task.milliseconds
    }

    var text: String {
        [("tasks", tasks), ("roles", roles), ("hosts", hosts)].filter { !$0.1.isEmpty }.map { title, times in
            let rows = times.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(20)
            return "seconds of \(title):\n"
                + rows.map { "  \(Self.seconds($0.value))  \($0.key)" }.joined(separator: "\n")
        }.joined(separator: "\n")
    }

    private static func seconds(_ milliseconds: Int) -> String {
        let text = "\(milliseconds / 1000)." + String("\(1000 + milliseconds % 1000)".dropFirst())
        return String(repeating: " ", count: max(0, 9 - text.count)) + text
    }
}
