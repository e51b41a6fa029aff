internal import JSON

/// Versions by the rules that Ansible's test `version` knows.
enum Versions {
    static func compare(_ left: String, _ right: String, _ relation: String, type: String = "loose") throws -> Bool {
        guard !left.isEmpty, !right.isEmpty else { throw bad("a version is empty") }
        let order: Int
        switch type {
        case "loose": order = try self.order(loose(left), loose(right))
        case "strict": order = try self.order(strict(left), strict(right))
        case "semver", "semantic": order = try self.order(semantic(left), semantic(right))
        case "pep440": order = try self.order(PEP440Version(left).key, PEP440Version(right).key)
        default: throw bad("the types are loose, strict, semver and pep440, not '\(type)'")
        }
        switch relation {
        case "==", "=", "eq": return order == 0
        case "!=", "<>", "ne": return order != 0
        case "<", "lt": return order < 0
        case "<=", "le": return order <= 0
        case ">", "gt": return order > 0
        case ">=", "ge": return order >= 0
        default: throw bad("'\(relation)' is not a comparison")
        }
    }

    /// -1, 0 or 1.
    private static func order(_ left: JSON, _ right: JSON) throws -> Int {
        if left.equals(right) { return 0 }
        guard let isLess = left.isLess(than: right) else {
            throw bad("'\(left.pythonText)' and '\(right.pythonText)' have no order")
        }
        return isLess ? -1 : 1
    }

    /// Runs of digits, of lower-case letters, and of what is between them; dots only separate.
    static func loose(_ version: String) -> JSON {
        var parts: [(kind: Int, text: String)] = []
        for character in version {
            let kind =
                character.isASCII && character.isNumber
                ? 0 : ("a"..."z").contains(character) ? 1 : character == "." ? 2 : 3
            if let last = parts.last, last.kind == kind, kind != 2 {
                parts[parts.count - 1].text.append(character)
            } else {
                parts.append((kind, String(character)))
            }
        }
        return .array(parts.filter { $0.kind != 2 }.map { Int64($0.text).map { .integer($0) } ?? .string($0.text) })
    }

    /// `1.2`, `1.2.3`, `1.2a1`, `1.2.3b4`; without a, b it comes after them.
    private static func strict(_ version: String) throws -> JSON {
        let shape = try PythonRegex("^(\\d+)\\.(\\d+)(?:\\.(\\d+))?(?:([ab])(\\d+))?$")
        guard let groups = shape.firstMatch(in: version) else { throw bad("'\(version)' is no strict version") }
        let numbers = groups[1...3].map { JSON.integer($0.string.flatMap { Int64($0) } ?? 0) }
        return .array(
            numbers + [groups[4].isNull ? "z" : groups[4], .integer(groups[5].string.flatMap { Int64($0) } ?? 0)])
    }

    /// https://semver.org: a version with a part behind a hyphen comes before the one without.
    private static func semantic(_ version: String) throws -> JSON {
        let shape = try PythonRegex(
            "^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(?:-([0-9A-Za-z.-]+))?(?:\\+([0-9A-Za-z.-]+))?$")
        guard let groups = shape.firstMatch(in: version) else { throw bad("'\(version)' is no semantic version") }
        let numbers = groups[1...3].map { JSON.integer($0.string.flatMap { Int64($0) } ?? 0) }
        let parts = groups[4].string?.split(separator: ".").map { part -> JSON in
            // Numbers come before words.
            Int64(part).map { [0, .integer($0)] } ?? [1, .string(String(part))]
        }
        return .array(numbers + [parts == nil ? 1 : 0, .array(parts ?? [])])
    }

    static func bad(_ reason: String) -> TemplateProblemThrown { .bad("version", reason) }
}

/// A version of a Python package (PEP 440).
struct PEP440Version {
    /// What orders it among others.
    let key: JSON

    init(_ text: String) throws {
        let shape = try PythonRegex(
            "^\\s*v?(?:(\\d+)!)?(\\d+(?:\\.\\d+)*)(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\\d+)?)?"
                + "(?:-(\\d+)|[-_.]?(post|rev|r)[-_.]?(\\d+)?)?(?:[-_.]?(dev)[-_.]?(\\d+)?)?"
                + "(?:\\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?\\s*$", ignoresCase: true)
        guard let groups = shape.firstMatch(in: text) else { throw Versions.bad("'\(text)' is no version of PEP 440") }
        func number(_ index: Int) -> JSON { .integer(groups[index].string.flatMap { Int64($0) } ?? 0) }
        var release = (groups[2].string ?? "").split(separator: ".").map { JSON.integer(Int64($0) ?? 0) }
        while release.count > 1, release.last == 0 { release.removeLast() }
        let (hasPre, hasDev) = (!groups[3].isNull, !groups[8].isNull)
        let hasPost = !groups[5].isNull || !groups[6].isNull
        let phases = ["a": 0, "alpha": 0, "b": 1, "beta": 1, "c": 2, "rc": 2, "pre": 2, "preview": 2]
        let phase = phases[groups[3].pythonText.lowercased()] ?? 0
        // A development version of a release comes before its previews, a release behind them.
        let pre: JSON = hasPre ? [0, JSON(phase), number(4)] : !hasPost && hasDev ? [-1] : [1]
        let post: JSON = hasPost ? [1, groups[5].isNull ? number(7) : number(5)] : [0]
        let dev: JSON = hasDev ? [0, number(9)] : [1]
        let local = groups[10].string?.lowercased().split { "-_.".contains($0) }.map { part -> JSON in
            Int64(part).map { [1, .integer($0)] } ?? [0, .string(String(part))]
        }
        key = [number(1), .array(release), pre, post, dev, .array(local ?? [])]
    }
}
