internal import Diagnostics
package import JSON
internal import Vault

/// What tasks of `set_stats` said in a run, of single hosts and of the whole run.
package struct CustomStatistics: Hashable, Sendable {
    package private(set) var hosts: [String: JSONObject] = [:]
    package private(set) var run = JSONObject()

    package var isEmpty: Bool { hosts.isEmpty && run.isEmpty }

    package init() {}

    /// One task's words.
    struct Entry {
        private(set) var data: JSONObject
        /// Whose they are; nil for the run's.
        private(set) var hosts: [String]?
        /// Whether they are added to what was said before, and do not take its place.
        private(set) var isAggregated: Bool

        init(_ arguments: JSONObject, of hosts: [String]) throws {
            data = arguments["data"]?.object ?? JSONObject()
            isAggregated = arguments["aggregate"]?.bool ?? true
            self.hosts = arguments["per_host"]?.bool ?? false ? hosts : nil
            for name in data.keys where !name.isVariableName {
                throw Diagnosis(
                    "The variable name '\(name)' is not valid", why: "'data' of 'set_stats' names variables",
                    fix: "begin it with a letter or '_', and go on with letters, digits and '_'")
            }
        }

        /// What the task registers.
        var result: JSONObject {
            [
                "changed": false,
                "ansible_stats": [
                    "data": .object(data), "per_host": .bool(hosts != nil), "aggregate": .bool(isAggregated),
                ],
            ]
        }

        /// The same without what it says.
        var hidden: Entry {
            var hidden = self
            hidden.data = JSONObject(data.map { ($0.key, "(hidden)") })
            hidden.isAggregated = false
            return hidden
        }
    }

    mutating func take(_ entry: Entry) {
        for (name, value) in entry.data {
            func taken(_ old: JSON?) -> JSON { entry.isAggregated ? Self.sum(old, value) : value }
            guard let hosts = entry.hosts else {
                run[name] = taken(run[name])
                continue
            }
            for host in hosts { self.hosts[host, default: JSONObject()][name] = taken(self.hosts[host]?[name]) }
        }
    }

    /// Both values in one, as Python adds what is of one type: of two types the first one stays.
    private static func sum(_ old: JSON?, _ new: JSON) -> JSON {
        switch (old, new) {
        case (nil, _): new
        case (.object(let old), .object(let new)): .object(merged(old, new))
        case (.array(let old), .array(let new)): .array(old + new)
        case (.string(let old), .string(let new)): .string(old + new)
        case (.number(let old), .number(let new)): .number(old + new)
        // A yes is a whole number, but a whole number is no yes.
        case (.bool(let old), .bool(let new)): .integer((old ? 1 : 0) + (new ? 1 : 0))
        case (.integer(let old), .bool(let new)): .integer(old &+ (new ? 1 : 0))
        case (.integer(let old), .integer(let new)): .integer(old &+ new)
        case (let old?, _): old
        }
    }

    private static func merged(_ old: JSONObject, _ new: JSONObject) -> JSONObject {
        var all = old
        for (name, value) in new {
            if case .object(let inner) = value, case .object(let before)? = all[name] {
                all[name] = .object(merged(before, inner))
            } else {
                all[name] = value
            }
        }
        return all
    }

    /// The same without secrets.
    func masked(_ masking: Masking) -> CustomStatistics {
        func masked(_ values: JSONObject) -> JSONObject { masking.json(.object(values)).object ?? values }
        var all = self
        (all.run, all.hosts) = (masked(run), hosts.mapValues(masked))
        return all
    }

    /// Those of single hosts for scripts, by host.
    package var json: JSON {
        .object(JSONObject(hosts.sorted { $0.key < $1.key }.map { ($0.key, .object($0.value)) }))
    }

    /// As Ansible prints them, without the headline.
    package var text: String {
        var lines = hosts.sorted { $0.key < $1.key }.map { "\t\($0.key): \(Self.line(.object($0.value)))" }
        if !run.isEmpty { lines += ["", "\tRUN: \(Self.line(.object(run)))"] }
        return lines.joined(separator: "\n")
    }

    /// JSON with names in their order, indented, and then without the lines' ends.
    private static func line(_ value: JSON, depth: Int = 0) -> String {
        func joined(_ parts: [String]) -> String {
            let pad = String(repeating: " ", count: depth + 1)
            return parts.map { pad + $0 }.joined(separator: ",") + pad.dropLast()
        }
        switch value {
        case .object(let members) where !members.isEmpty:
            let sorted = members.members.sorted { $0.key < $1.key }
            return "{" + joined(sorted.map { "\(JSON.string($0.key).text): \(line($0.value, depth: depth + 1))" }) + "}"
        case .array(let elements) where !elements.isEmpty:
            return "[" + joined(elements.map { line($0, depth: depth + 1) }) + "]"
        default: return value.text
        }
    }
}

extension String {
    /// Whether templates can name a variable so.
    var isVariableName: Bool {
        guard let first = utf8.first, !(0x30...0x39).contains(first) else { return false }
        return utf8.allSatisfy {
            (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_")
        }
    }
}
