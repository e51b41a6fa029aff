internal import Diagnostics
internal import FoundationEssentials
internal import Glibc
internal import INI

/// Finds values in the environment and in `ansible.cfg`, and notes those that cannot be.
final class ConfigurationReader {
    let path: String?
    private let file: INIFile?
    private let folder: String
    private let environment: [String: String]
    private var problems: [Diagnosis] = []

    /// A value as it was written, and where.
    private struct Written {
        var text: String
        var name: String
        var place: SourceLocation?
        /// What relative paths in it start from.
        var folder: String
    }

    init(folder: String, environment: [String: String]) throws(Diagnoses) {
        self.folder = folder
        self.environment = environment
        path = Self.find(folder, environment)
        guard let path else {
            file = nil
            return
        }
        do {
            let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
            file = try INIFile(text, inlineComments: ";")
        } catch let error as INIFile.SyntaxError {
            throw Diagnoses([
                Diagnosis(
                    "'\(error.text)' is no setting of a section", fix: "write [section], then name = value",
                    at: SourceLocation(file: path, line: error.line, column: 1))
            ])
        } catch {
            throw Diagnoses([Diagnosis("\(path) cannot be read", why: "\(error)")])
        }
    }

    private static func find(_ folder: String, _ environment: [String: String]) -> String? {
        var candidates: [String] = []
        if let named = environment["ANSIBLE_CONFIG"], !named.isEmpty {
            let full = absolute(named, folder, environment)
            candidates += [full + "/ansible.cfg", full]
        }
        var status = stat()
        if stat(folder, &status) == 0, status.st_mode & S_IWOTH == 0 { candidates.append(folder + "/ansible.cfg") }
        if let home = environment["HOME"] { candidates.append(home + "/.ansible.cfg") }
        return (candidates + ["/etc/ansible/ansible.cfg"]).first { candidate in
            stat(candidate, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR && access(candidate, R_OK) == 0
        }
    }

    /// Where Ansible keeps what is a user's own.
    var home: String {
        environment["ANSIBLE_HOME"].map { Self.absolute($0, folder, environment) }
            ?? (environment["HOME"] ?? "") + "/.ansible"
    }

    func isSet(_ variable: String) -> Bool { environment[variable].map { !$0.isEmpty } ?? false }

    func throwIfAny() throws(Diagnoses) { if !problems.isEmpty { throw Diagnoses(problems) } }

    private func written(_ section: String, _ key: String, _ variable: String) -> Written? {
        if let text = environment[variable] { return Written(text: text, name: variable, folder: folder) }
        guard let path, let entry = file?[section]?[key] else { return nil }
        let own = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? folder
        var text = entry.value
        // Python's way of quoting is taken off, as Ansible does.
        if text.count > 1, let quote = text.first, quote == "'" || quote == "\"", text.last == quote {
            text = String(text.dropFirst().dropLast())
        }
        let place = SourceLocation(file: path, line: entry.line, column: 1)
        return Written(text: text.replacing("{{CWD}}", with: folder), name: key, place: place, folder: own)
    }

    private func refuse(_ written: Written, wanted: String) {
        problems.append(
            Diagnosis("'\(written.name)' is \(wanted), and this is '\(written.text)'", at: written.place))
    }

    func text(_ section: String, _ key: String, _ variable: String) -> String? {
        written(section, key, variable).flatMap { $0.text.isEmpty ? nil : $0.text }
    }

    /// A text that says something even where it is empty.
    func line(_ section: String, _ key: String, _ variable: String) -> String? {
        written(section, key, variable)?.text
    }

    func list(_ section: String, _ key: String, _ variable: String) -> [String]? {
        text(section, key, variable).map { text in
            text.split { $0 == "," || $0.isNewline }.map { $0.filter { !$0.isWhitespace } }.filter { !$0.isEmpty }
        }
    }

    func flag(_ section: String, _ key: String, _ variable: String) -> Bool? {
        guard let written = written(section, key, variable), !written.text.isEmpty else { return nil }
        switch written.text.lowercased() {
        case "yes", "y", "true", "t", "on", "1", "1.0": return true
        case "no", "n", "false", "f", "off", "0", "0.0": return false
        default:
            refuse(written, wanted: "yes or no")
            return nil
        }
    }

    func integer(_ section: String, _ key: String, _ variable: String, in range: ClosedRange<Int>) -> Int? {
        guard let written = written(section, key, variable), !written.text.isEmpty else { return nil }
        if let number = Int(written.text), range.contains(number) { return number }
        refuse(written, wanted: "a number from \(range.lowerBound) to \(range.upperBound)")
        return nil
    }

    func choice<Choice: RawRepresentable & CaseIterable>(
        _ section: String, _ key: String, _ variable: String
    ) -> Choice? where Choice.RawValue == String {
        guard let written = written(section, key, variable), !written.text.isEmpty else { return nil }
        if let choice = Choice(rawValue: written.text) { return choice }
        refuse(written, wanted: "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
        return nil
    }

    /// Tells a value that Ansible has and this engine has not.
    func refuse(_ section: String, _ key: String, _ variable: String, all known: [String]) {
        guard let written = written(section, key, variable), !written.text.isEmpty,
            !known.contains(written.text.lowercased())
        else { return }
        problems.append(
            Diagnosis(
                "'\(written.name)' cannot be '\(written.text)'", why: "only '\(known[0])' is supported",
                fix: "remove it", at: written.place))
    }

    func path(_ section: String, _ key: String, _ variable: String) -> String? {
        guard let written = written(section, key, variable), !written.text.isEmpty else { return nil }
        return Self.absolute(written.text, written.folder, environment)
    }

    func paths(_ section: String, _ key: String, _ variable: String, separator: Character) -> [String]? {
        guard let written = written(section, key, variable), !written.text.isEmpty else { return nil }
        // A list of hosts has a comma too, and no file of such a name beside it.
        if separator == ",", written.text.hasSuffix(",") { return [written.text] }
        return written.text.split(separator: separator).map { part in
            Self.absolute(String(part.drop { $0.isWhitespace }), written.folder, environment)
        }
    }

    /// A path from the root, with `~` and `$NAME` expanded.
    private static func absolute(_ path: String, _ folder: String, _ environment: [String: String]) -> String {
        var expanded = ""
        var rest = path[...]
        if rest == "~" || rest.hasPrefix("~/") {
            expanded = environment["HOME"] ?? ""
            rest = rest.dropFirst()
        }
        while let dollar = rest.firstIndex(of: "$") {
            expanded += rest[..<dollar]
            var name = rest[rest.index(after: dollar)...].prefix {
                $0.isLetter || $0.isNumber || $0 == "_" || $0 == "{"
            }
            let isBraced = name.hasPrefix("{")
            rest = rest[name.endIndex...].drop { isBraced && $0 == "}" }
            if isBraced { name = name.dropFirst() }
            expanded += environment[String(name)] ?? "$" + name
        }
        expanded += rest
        while expanded.count > 1, expanded.hasSuffix("/") { expanded.removeLast() }
        return expanded.hasPrefix("/") ? expanded : folder + "/" + expanded
    }
}
