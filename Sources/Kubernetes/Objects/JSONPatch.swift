package import JSON

extension JSON {
    /// This value after a JSON patch (RFC 6902): all its operations, or none.
    package func applying(jsonPatch patch: JSON) throws(PatchError) -> JSON {
        guard let operations = patch.array else {
            throw PatchError.malformed("a JSON patch must be a list of operations")
        }
        var document = self
        for operation in operations {
            guard let name = operation["op"]?.string, let path = operation["path"]?.string else {
                throw PatchError.malformed("an operation of a JSON patch needs 'op' and 'path'")
            }
            try document.carryOut(name, at: path, operation)
        }
        return document
    }

    private mutating func carryOut(_ name: String, at path: String, _ operation: JSON) throws(PatchError) {
        let pointer = try Self.pointer(path)
        switch name {
        case "add": try change(pointer[...], .add(try Self.value(of: operation)), name, path)
        case "replace": try change(pointer[...], .replace(try Self.value(of: operation)), name, path)
        case "remove": try change(pointer[...], .remove, name, path)
        case "test":
            let wanted = try Self.value(of: operation)
            guard find(pointer) == wanted else { throw PatchError.testFailed(path: path) }
        case "move", "copy":
            guard let from = operation["from"]?.string else { throw PatchError.malformed("'\(name)' needs 'from'") }
            guard let moved = find(try Self.pointer(from)) else {
                throw PatchError.missingPath(operation: name, path: from)
            }
            if name == "move" {
                guard !path.hasPrefix(from + "/") else { throw PatchError.malformed("'move' into itself") }
                try change(try Self.pointer(from)[...], .remove, name, from)
            }
            try change(pointer[...], .add(moved), name, path)
        default: throw PatchError.malformed("unknown operation '\(name)' in a JSON patch")
        }
    }

    private static func value(of operation: JSON) throws(PatchError) -> JSON {
        guard let value = operation["value"] else {
            throw PatchError.malformed("an operation of a JSON patch lacks 'value'")
        }
        return value
    }

    /// The unescaped parts of a pointer (RFC 6901).
    private static func pointer(_ path: String) throws(PatchError) -> [String] {
        if path.isEmpty { return [] }
        guard path.hasPrefix("/") else { throw PatchError.malformed("the path '\(path)' does not start with '/'") }
        return path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { part in
            part.contains("~")
                ? part.split(separator: "~1", omittingEmptySubsequences: false).joined(separator: "/")
                    .split(separator: "~0", omittingEmptySubsequences: false).joined(separator: "~")
                : String(part)
        }
    }

    private func find(_ pointer: [String]) -> JSON? {
        var value = self
        for part in pointer {
            switch value {
            case .object(let object):
                guard let member = object[part] else { return nil }
                value = member
            case .array(let array):
                guard let index = Int(part), array.indices.contains(index) else { return nil }
                value = array[index]
            default: return nil
            }
        }
        return value
    }

    private enum Edit {
        case add(JSON), replace(JSON), remove
    }

    private mutating func change(
        _ pointer: ArraySlice<String>, _ edit: Edit, _ name: String, _ path: String
    ) throws(PatchError) {
        guard let part = pointer.first else {
            switch edit {
            case .add(let value), .replace(let value): self = value
            case .remove: throw PatchError.malformed("a JSON patch cannot remove the whole document")
            }
            return
        }
        let rest = pointer.dropFirst()
        let missing = PatchError.missingPath(operation: name, path: path)
        switch self {
        case .object(var object):
            if rest.isEmpty {
                switch edit {
                case .add(let value): object[part] = value
                case .replace(let value):
                    guard object[part] != nil else { throw missing }
                    object[part] = value
                case .remove:
                    guard object[part] != nil else { throw missing }
                    object[part] = nil
                }
            } else {
                guard var member = object[part] else { throw missing }
                try member.change(rest, edit, name, path)
                object[part] = member
            }
            self = .object(object)
        case .array(var array):
            try Self.changeElement(of: &array, part, rest, edit, missing, name, path)
            self = .array(array)
        default: throw missing
        }
    }

    private static func changeElement(
        of array: inout [JSON], _ part: String, _ rest: ArraySlice<String>, _ edit: Edit, _ missing: PatchError,
        _ name: String, _ path: String
    ) throws(PatchError) {
        if rest.isEmpty, case .add(let value) = edit {
            guard let index = part == "-" ? array.count : Int(part), (0...array.count).contains(index) else {
                throw missing
            }
            return array.insert(value, at: index)
        }
        guard let index = Int(part), array.indices.contains(index) else { throw missing }
        guard rest.isEmpty else { return try array[index].change(rest, edit, name, path) }
        switch edit {
        case .add: break
        case .replace(let value): array[index] = value
        case .remove: array.remove(at: index)
        }
    }
}
