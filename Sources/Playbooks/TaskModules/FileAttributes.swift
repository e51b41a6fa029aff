internal import Bundles
internal import Glibc
internal import JSON

/// The owner, group and mode that a task wants of a file; nil is "as it is".
struct FileAttributes {
    var owner: uid_t?
    var group: gid_t?
    var mode: FileMode?

    init(_ arguments: JSONObject) throws {
        owner = try arguments["owner"]?.string.map { try Accounts.userID($0) }
        group = try arguments["group"]?.string.map { try Accounts.groupID($0) }
        mode = try arguments["mode"].flatMap { try FileMode($0) }
    }

    /// What of a file differs, said shortly; nil where nothing does.
    func difference(from status: stat) -> TaskEvent.Difference? {
        var (before, after) = ([String](), [String]())
        if let owner, owner != status.st_uid {
            before.append("owner: \(Accounts.userName(status.st_uid))")
            after.append("owner: \(Accounts.userName(owner))")
        }
        if let group, group != status.st_gid {
            before.append("group: \(Accounts.groupName(status.st_gid))")
            after.append("group: \(Accounts.groupName(group))")
        }
        let wanted = mode?.bits(of: status.permissions, isDirectory: status.kind == S_IFDIR)
        if let wanted, wanted != status.permissions, status.kind != S_IFLNK {
            before.append("mode: \(FileMode.text(status.permissions))")
            after.append("mode: \(FileMode.text(wanted))")
        }
        return before.isEmpty
            ? nil
            : TaskEvent.Difference(
                path: "", before: before.joined(separator: "\n") + "\n", after: after.joined(separator: "\n") + "\n")
    }

    /// Gives a file what is wanted, where it differs; a link itself keeps its mode.
    func apply(to path: String) throws {
        guard let status = try SystemCalls.linkStatus(path) else { throw TaskFailure.notFound(path) }
        if (owner ?? status.st_uid) != status.st_uid || (group ?? status.st_gid) != status.st_gid {
            try SystemCalls.check("lchown", path) { lchown(path, owner ?? uid_t.max, group ?? gid_t.max) }
        }
        guard status.kind != S_IFLNK, let bits = mode?.bits(of: status.permissions, isDirectory: status.kind == S_IFDIR)
        else { return }
        // A change of owner may have cleared set-id bits.
        if bits != status.permissions || bits & 0o6000 != 0 {
            try SystemCalls.check("chmod", path) { chmod(path, mode_t(bits)) }
        }
    }
}

/// A file mode, octal or symbolic.
enum FileMode: Hashable {
    case octal(Int)
    case symbolic(String)
    case preserve

    /// Nil for nothing; a bare number is what YAML read: `0644` is octal already.
    init?(_ value: JSON) throws {
        switch value {
        case .null: return nil
        case .integer(let bits):
            guard (0...0o7777).contains(bits) else { throw TaskFailure.badMode(value.text) }
            self = .octal(Int(bits))
        case .string("preserve"): self = .preserve
        case .string(let text):
            if let bits = Int(text, radix: 8), (0...0o7777).contains(bits) {
                self = .octal(bits)
            } else {
                guard Self.changes(text) != nil else { throw TaskFailure.badMode(text) }
                self = .symbolic(text)
            }
        default: throw TaskFailure.badMode(value.text)
        }
    }

    /// The bits for a file that has `current`.
    func bits(of current: Int, isDirectory: Bool) -> Int? {
        switch self {
        case .octal(let bits): bits
        case .preserve: nil
        case .symbolic(let text):
            (Self.changes(text) ?? []).reduce(current) { bits, change in
                change.applied(to: bits, isDirectory: isDirectory)
            }
        }
    }

    static func text(_ bits: Int) -> String {
        let digits = String(bits, radix: 8)
        return String(repeating: "0", count: max(1, 4 - digits.count)) + digits
    }

    private struct Change {
        var who: Set<Character>
        var operation: Character
        var permissions: String

        func applied(to bits: Int, isDirectory: Bool) -> Int {
            var value = 0
            var mask = 0
            for (letter, shift) in [("u", 6), ("g", 3), ("o", 0)] as [(Character, Int)]
            where who.contains(letter) || who.contains("a") {
                mask |= 7 << shift
                for permission in permissions {
                    switch permission {
                    case "r": value |= 4 << shift
                    case "w": value |= 2 << shift
                    case "x": value |= 1 << shift
                    case "X": if isDirectory || bits & 0o111 != 0 { value |= 1 << shift }
                    case "s": value |= letter == "u" ? 0o4000 : letter == "g" ? 0o2000 : 0
                    case "t": value |= 0o1000
                    case "u": value |= (bits >> 6 & 7) << shift
                    case "g": value |= (bits >> 3 & 7) << shift
                    default: value |= (bits & 7) << shift
                    }
                }
                if letter == "u" { mask |= 0o4000 }
                if letter == "g" { mask |= 0o2000 }
            }
            switch operation {
            case "+": return bits | value
            case "-": return bits & ~value
            default: return bits & ~mask | value
            }
        }
    }

    private static func changes(_ text: String) -> [Change]? {
        var changes: [Change] = []
        for clause in text.split(separator: ",", omittingEmptySubsequences: false) {
            var who = Set(clause.prefix { "ugoa".contains($0) })
            var rest = clause.drop { "ugoa".contains($0) }
            if who.isEmpty { who = ["a"] }
            guard let operation = rest.popFirst(), "+-=".contains(operation),
                rest.allSatisfy({ "rwxXstugo".contains($0) })
            else { return nil }
            changes.append(Change(who: who, operation: operation, permissions: String(rest)))
        }
        return changes.isEmpty ? nil : changes
    }
}
