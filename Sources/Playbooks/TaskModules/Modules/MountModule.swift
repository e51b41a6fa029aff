internal import Bundles
internal import Glibc
internal import JSON

/// `mount`: a line of fstab, and what is mounted there now.
enum MountModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let wanted = try Wanted(context)
        var steps: [() throws -> Void] = []
        var differences: [TaskEvent.Difference] = []

        var backup: String?
        let table = try SystemCalls.readText(wanted.table) ?? ""
        let newTable = wanted.placed(in: table)
        if newTable != table {
            differences.append(.init(path: wanted.table, before: table, after: newTable))
            steps.append {
                if context.flag("backup"), !table.isEmpty { backup = try Backup.make(of: wanted.table) }
                try FileReplacement.write(newTable, to: wanted.table, attributes: try FileAttributes([:]))
            }
        }
        let mounted = try MountTable.current().last { $0.path == wanted.path }
        if wanted.isEphemeral, let mounted, mounted.source != wanted.source {
            throw TaskFailure.pathIsOther(
                path: wanted.path, is: "where \(mounted.source) is mounted", wanted: "free for \(wanted.source ?? "")")
        }
        let action = Action(wanted, mounted, fstabChanged: newTable != table)
        if action != .none {
            differences.append(
                .init(path: wanted.path, before: described(mounted), after: action.after(wanted)))
            steps.append { try action.perform(wanted, context) }
        }
        if wanted.state == "absent", mounted == nil, try SystemCalls.status(wanted.path)?.kind == S_IFDIR {
            steps.append { rmdir(wanted.path) }
            if differences.isEmpty { differences.append(.init(path: wanted.path, before: "a folder\n", after: "")) }
        }
        let result: JSONObject = [
            "name": .string(wanted.path), "src": wanted.source.map { .string($0) } ?? .null,
            "fstype": wanted.type.map { .string($0) } ?? .null, "opts": .string(wanted.options),
            "dump": .string(context.text("dump") ?? "0"), "passno": .string(context.text("passno") ?? "0"),
            "fstab": .string(wanted.table), "boot": .bool(context.flag("boot", default: true)), "backup_file": "",
        ]
        guard !steps.isEmpty else { return Proposal(result) }
        return Proposal(result, differences: differences) {
            for step in steps { try step() }
            return backup.map { ["backup_file": .string($0)] } ?? [:]
        }
    }

    private static func described(_ mount: MountTable.Entry?) -> String {
        mount.map { "\($0.source) (\($0.type))\n" } ?? "not mounted\n"
    }

    /// What is to become of the mount itself.
    private enum Action: Equatable {
        case none, mount, remount, unmount, unmountAndRemove

        init(_ wanted: Wanted, _ mounted: MountTable.Entry?, fstabChanged: Bool) {
            switch (wanted.state, mounted) {
            case ("mounted", nil), ("ephemeral", nil): self = .mount
            case ("mounted", .some): self = fstabChanged ? .remount : .none
            // The peer mounts it again at every run, too: no table says with which options it is mounted.
            case ("remounted", .some), ("ephemeral", .some): self = .remount
            case ("unmounted", .some): self = .unmount
            case ("absent", .some): self = .unmountAndRemove
            default: self = .none
            }
        }

        func after(_ wanted: Wanted) -> String {
            switch self {
            case .none: ""
            case .mount, .remount: "\(wanted.source ?? "") (\(wanted.type ?? ""))\n"
            case .unmount, .unmountAndRemove: "not mounted\n"
            }
        }

        func perform(_ wanted: Wanted, _ context: ModuleContext) throws {
            switch self {
            case .none: break
            case .mount:
                _ = try context.spawn(["mkdir", "-p", wanted.path])
                guard wanted.isEphemeral || wanted.table != Wanted.usualTable else {
                    _ = try context.spawn(["mount", wanted.path])
                    return
                }
                let type = wanted.type.map { ["-t", $0] } ?? []
                _ = try context.spawn(["mount"] + type + ["-o", wanted.options, wanted.source ?? "", wanted.path])
            case .remount:
                let options = wanted.isEphemeral ? "remount,\(wanted.options)" : "remount"
                let command = ["mount", "-o", options, wanted.path]
                let again = try Spawn(arguments: command).run()
                if wanted.isEphemeral { _ = try again.checked(command) }
                if again.status != 0 {
                    // Another device or type cannot be remounted.
                    _ = try context.spawn(["umount", wanted.path])
                    _ = try context.spawn(["mount", wanted.path])
                }
            case .unmount: _ = try context.spawn(["umount", wanted.path])
            case .unmountAndRemove:
                _ = try context.spawn(["umount", wanted.path])
                rmdir(wanted.path)
            }
        }
    }

    /// A task's arguments.
    private struct Wanted {
        static let usualTable = "/etc/fstab"

        let path: String
        let state: String
        let source: String?
        let type: String?
        let options: String
        let table: String
        var isEphemeral: Bool { state == "ephemeral" }
        private let dump: String
        private let pass: String

        init(_ context: ModuleContext) throws {
            path = try context.required("path")
            state = try context.required("state")
            source = context.text("src")
            type = context.text("fstype")
            let given = context.text("opts") ?? "defaults"
            let isAtBoot = context.flag("boot", default: true) || given.split(separator: ",").contains("noauto")
            options = isAtBoot ? given : given + ",noauto"
            table = context.text("fstab") ?? Self.usualTable
            dump = context.text("dump") ?? "0"
            pass = context.text("passno") ?? "0"
            for (name, value) in [("src", source), ("fstype", type)]
            where value == nil && ["mounted", "present", "ephemeral"].contains(state) {
                throw TaskFailure.badArguments(module: "mount", reason: "state \(state) needs '\(name)'")
            }
        }

        /// The table with this mount's line once, or without it; the table as it is where the state leaves it alone.
        func placed(in table: String) -> String {
            guard ["mounted", "present", "absent"].contains(state) else { return table }
            let fields = [source ?? "", path, type ?? "", options, dump, pass].map(MountTable.escaped)
            var isPlaced = state == "absent"
            var lines: [String] = []
            for line in table.split(separator: "\n", omittingEmptySubsequences: false) {
                let found = line.split(whereSeparator: \.isWhitespace).map(String.init)
                guard found.count >= 2, !found[0].hasPrefix("#"), MountTable.unescaped(found[1]) == path else {
                    lines.append(String(line))
                    continue
                }
                // A line that says the same keeps its looks.
                if !isPlaced { lines.append(found == fields ? String(line) : fields.joined(separator: " ")) }
                isPlaced = true
            }
            if lines.last?.isEmpty == true { lines.removeLast() }
            if !isPlaced { lines.append(fields.joined(separator: " ")) }
            return lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
        }
    }
}
