internal import Bundles
internal import Glibc
internal import JSON

/// `sysctl`: a kernel parameter in a file, and in the running kernel.
enum SysctlModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let name = try context.required("name").replacing("/", with: ".")
        let path = context.text("sysctl_file") ?? "/etc/sysctl.conf"
        let isAbsent = context.text("state") == "absent"
        let value = context.text("value").map(normalized)
        if !isAbsent, value?.isEmpty ?? true {
            throw TaskFailure.badArguments(module: "sysctl", reason: "it needs 'value'")
        }
        let text = try SystemCalls.readText(path) ?? ""
        let wanted = placed(text, name, isAbsent ? nil : value)
        let running = isAbsent || !context.flag("sysctl_set") ? nil : try current(name)
        let differsLive = running != nil && running != value
        let result: JSONObject = ["name": .string(name), "value": value.map { .string($0) } ?? .null]
        guard wanted != text || differsLive else { return Proposal(result) }
        var differences: [TaskEvent.Difference] = []
        if wanted != text { differences.append(.init(path: path, before: text, after: wanted)) }
        if differsLive {
            differences.append(.init(path: name, before: (running ?? "") + "\n", after: (value ?? "") + "\n"))
        }
        return Proposal(result, differences: differences) {
            if differsLive, let value { try set(name, value) }
            if wanted != text {
                try FileReplacement.write(wanted, to: path, attributes: try FileAttributes([:]))
                if context.flag("reload", default: true) { try load(wanted, context.flag("ignoreerrors")) }
            }
            return [:]
        }
    }

    private static func normalized(_ value: String) -> String { value.split { $0.isWhitespace }.joined(separator: " ") }

    private static func setting(_ line: Substring) -> (name: String, value: String)? {
        guard !line.hasPrefix("#"), !line.hasPrefix(";"), let equals = line.firstIndex(of: "=") else { return nil }
        let name = line[..<equals].filter { !$0.isWhitespace }.drop { $0 == "-" }
        return (String(name).replacing("/", with: "."), normalized(String(line[line.index(after: equals)...])))
    }

    /// The file with the parameter set once, or without it.
    private static func placed(_ text: String, _ name: String, _ value: String?) -> String {
        var isPlaced = false
        var lines: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            guard let setting = setting(line), setting.name == name else {
                lines.append(String(line))
                continue
            }
            if let value, !isPlaced { lines.append(setting.value == value ? String(line) : "\(name)=\(value)") }
            isPlaced = true
        }
        if lines.last?.isEmpty == true { lines.removeLast() }
        if let value, !isPlaced { lines.append("\(name)=\(value)") }
        return lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
    }

    private static func file(_ name: String) -> String {
        // A dot within an interface's name is written as a slash.
        "/proc/sys/" + name.replacing(".", with: "/")
    }

    private static func current(_ name: String) throws -> String {
        guard let text = try SystemCalls.readText(file(name)) else {
            throw TaskFailure.said("the kernel has no parameter '\(name)'")
        }
        return normalized(text)
    }

    private static func set(_ name: String, _ value: String) throws {
        let path = file(name)
        let descriptor = try SystemCalls.check("open", path) { open(path, O_WRONLY | O_CLOEXEC) }
        defer { close(descriptor) }
        try SystemCalls.writeAll(descriptor, Array((value + "\n").utf8), path)
    }

    /// What `sysctl -p` does with the file.
    private static func load(_ text: String, _ ignoresErrors: Bool) throws {
        for line in text.split(separator: "\n") {
            guard let setting = setting(line) else { continue }
            do {
                if try current(setting.name) != setting.value { try set(setting.name, setting.value) }
            } catch {
                if !ignoresErrors { throw error }
            }
        }
    }
}

/// `modprobe`: a kernel module is loaded or not.
enum ModprobeModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let name = try context.required("name")
        let isWanted = context.text("state") != "absent"
        let parameters = context.text("params") ?? ""
        let result: JSONObject = [
            "name": .string(name), "state": .string(isWanted ? "present" : "absent"), "params": .string(parameters),
        ]
        var differences: [TaskEvent.Difference] = []
        var steps: [() throws -> Void] = []
        if try isLoaded(name) != isWanted {
            let (before, after) = isWanted ? ("absent\n", "loaded\n") : ("loaded\n", "absent\n")
            differences.append(.init(path: name, before: before, after: after))
            let options = parameters.split(separator: " ").map(String.init)
            steps.append { _ = try context.spawn(["modprobe"] + (isWanted ? [name] + options : ["-r", name])) }
        }
        for (path, after) in try atBoot(name, parameters, context.text("persistent") ?? "disabled") {
            let before = try SystemCalls.readText(path) ?? ""
            guard before != after else { continue }
            differences.append(.init(path: path, before: before, after: after))
            steps.append {
                if after.isEmpty {
                    try SystemCalls.check("unlink", path) { unlink(path) }
                } else {
                    try FileReplacement.write(after, to: path, attributes: try FileAttributes([:]))
                }
            }
        }
        guard !steps.isEmpty else { return Proposal(result) }
        return Proposal(result, differences: differences) {
            for step in steps { try step() }
            return [:]
        }
    }

    /// The files that have a module loaded at boot, with its parameters (modules-load.d(5), modprobe.d(5)).
    ///
    /// Where it is not to be loaded, lines of other files that name it become comments.
    private static func atBoot(_ name: String, _ parameters: String, _ wish: String) throws -> [(String, String)] {
        guard wish != "disabled" else { return [] }
        let (load, options) = ("/etc/modules-load.d/\(name).conf", "/etc/modprobe.d/\(name).conf")
        if wish == "present" {
            let line = parameters.isEmpty ? "" : "options \(name) \(parameters)\n"
            return [(load, name + "\n")] + (parameters.isEmpty ? [] : [(options, line)])
        }
        return try ["/etc/modules-load.d", "/etc/modprobe.d"].flatMap { folder -> [(String, String)] in
            guard try SystemCalls.status(folder) != nil else { return [] }
            return try SystemCalls.entries(folder).filter { $0.hasSuffix(".conf") }.map { file in
                let path = folder + "/" + file
                let lines = try (SystemCalls.readText(path) ?? "").linesWithEnds.map { line in
                    let words = line.split(whereSeparator: \.isWhitespace)
                    let names =
                        words.first == "options" ? words.dropFirst().first : words.count == 1 ? words.first : nil
                    return names.map(String.init) == name ? "#" + line : line
                }
                return (path, lines.joined())
            }
        }
    }

    private static func isLoaded(_ name: String) throws -> Bool {
        let wanted = name.replacing("-", with: "_")
        let modules = try SystemCalls.readText("/proc/modules") ?? ""
        if modules.split(separator: "\n").contains(where: { $0.prefix { $0 != " " } == wanted }) { return true }
        var system = utsname()
        uname(&system)
        let release = withUnsafeBytes(of: &system.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        let builtin = try SystemCalls.readText("/lib/modules/\(release)/modules.builtin") ?? ""
        return builtin.split(separator: "\n").contains { line in
            line.split(separator: "/").last.map { $0.replacing("-", with: "_") == wanted + ".ko" } ?? false
        }
    }
}
