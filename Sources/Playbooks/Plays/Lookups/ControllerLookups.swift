internal import Diagnostics
internal import FoundationEssentials
internal import Inventories
internal import JSON
internal import Linux
internal import Templates

/// Answers lookups from the controller's files, environment and programs.
struct ControllerLookups: Sendable {
    /// For which task something is looked up: relative names are looked for around it.
    struct Place: Hashable, Sendable {
        var purpose = ControllerFiles.Purpose.files
        /// The folders of its role and of the file that it stands in.
        var role: String?
        var taskFolder: String?

        static func folder(of file: String) -> String? { file.lastIndex(of: "/").map { String(file[..<$0]) } }
    }

    let files: ControllerFiles
    /// Folders outside of which nothing is read; nil for no such bounds.
    var bounds: [String]?
    let inventory: Inventory
    let playbookFolder: String

    /// What is found, as many elements as the lookup gives.
    func answer(to request: LookupRequest, at place: Place) throws -> [JSON] {
        switch request.plugin {
        case "env": return try request.terms.map { .string(try variable($0, request.options)) }
        case "file":
            return try request.terms.map { term in
                .string(
                    Conversions.trimmed(
                        try content(term.pythonText, place), atStart: request.options["lstrip"]?.isTruthy ?? false,
                        atEnd: request.options["rstrip"]?.isTruthy ?? true))
            }
        case "unvault": return try request.terms.map { .string(try content($0.pythonText, place)) }
        case "template":
            var place = place
            place.purpose = .templates
            return try request.terms.map { .string(try content($0.pythonText, place)) }
        case "fileglob": return try request.terms.flatMap { try matches(of: $0.pythonText, place) }
        case "first_found": return try FirstFound(request).path { try path($0, place) }.map { [.string($0)] } ?? []
        case "csvfile":
            return try request.terms.flatMap { try CSVLookup($0, request.options).find { try content($0, place) } }
        case "ini":
            return try request.terms.flatMap { try INILookup($0, request.options).find { try content($0, place) } }
        case "inventory_hostnames":
            return HostPattern(request.terms.map(\.pythonText)).hosts(in: inventory).map { .string($0) }
        case "pipe": return try request.terms.map { .string(Conversions.trimmed(try output($0), atStart: false)) }
        case "lines":
            return try request.terms.flatMap { term in
                let text = try output(term)
                let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }.map {
                    JSON.string(String($0))
                }
                return lines.last == "" ? lines.dropLast() : lines
            }
        case "password":
            return try request.terms.map { term in
                let password = try GeneratedPassword(term.pythonText, request.options)
                return .string(try PasswordFile(absolute(password.path)).value(of: password))
            }
        default: throw TemplateError(.lookupUnavailable(request.plugin))
        }
    }

    // MARK: Files

    /// Where a name is looked for: around the task's role, its file and the playbook.
    private func folders(_ place: Place) -> [String] {
        [place.role, place.taskFolder, playbookFolder].compactMap(\.self).flatMap {
            [$0 + "/" + place.purpose.rawValue, $0]
        }
    }

    private func expanded(_ name: String) -> String {
        name.hasPrefix("~/") ? (files.environment["HOME"] ?? "~") + "/" + name.dropFirst(2) : name
    }

    /// The path of a file or folder; nil where there is none.
    private func path(_ name: String, _ place: Place) throws -> String? {
        guard let path = files.find(expanded(name), in: folders(place)).path else { return nil }
        if let bounds { try files.requireWithin(bounds, path) }
        return path
    }

    private func absolute(_ name: String) -> String {
        let name = expanded(name)
        return name.hasPrefix("/") ? name : playbookFolder + "/" + name
    }

    private func content(_ name: String, _ place: Place) throws -> String {
        let (path, looked) = files.find(expanded(name), in: folders(place))
        if let bounds, let path { try files.requireWithin(bounds, path) }
        guard let path, files.isFile(path) else {
            throw Diagnosis("there is no file '\(name)'", why: "looked at \(looked.joined(separator: ", "))")
        }
        return String(decoding: try files.vault.content(ofFile: path), as: UTF8.self)
    }

    /// The files that a pattern stands for, in the first folder that has any.
    private func matches(of pattern: String, _ place: Place) throws -> [JSON] {
        let slash = pattern.lastIndex(of: "/")
        let name = slash.map { String(pattern[pattern.index(after: $0)...]) } ?? pattern
        let searched = try slash.map { [try path(String(pattern[..<$0]), place)].compactMap(\.self) } ?? folders(place)
        for folder in searched {
            let found = files.names(in: folder).filter {
                Glob.matches(name, $0) && !($0.hasPrefix(".") && !name.hasPrefix("."))
            }
            .map { folder + "/" + $0 }.filter(files.isFile)
            if !found.isEmpty { return found.map { .string($0) } }
        }
        return []
    }

    // MARK: Surroundings

    private func variable(_ term: JSON, _ options: JSONObject) throws -> String {
        let name = String(term.pythonText.prefix { !$0.isWhitespace })
        return files.environment[name] ?? options["default"]?.pythonText ?? ""
    }

    /// What a shell command prints that succeeds.
    private func output(_ term: JSON) throws -> String {
        let command = term.pythonText
        let run = try CapturedProgram(
            running: ["/bin/sh", "-c", "cd \"$0\" && exec /bin/sh -c \"$1\"", playbookFolder, command],
            environment: files.environment.map { "\($0.key)=\($0.value)" }, within: 600)
        guard run.status == WaitStatus(0), !run.isOverdue else {
            throw Diagnosis(
                run.isOverdue
                    ? "a command of the lookup did not end within 10 minutes: \(command)"
                    : "a command of the lookup failed with status \(run.status.code): \(command)",
                why: run.errors.isEmpty ? nil : run.errors)
        }
        return String(decoding: run.output, as: UTF8.self)
    }
}
