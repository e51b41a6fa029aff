internal import Crypto
internal import FoundationEssentials
internal import JSON

extension FilterTable {
    static let dataFilters: [String: Filter] = [
        "to_json": plain { value, arguments in
            let indent = try arguments.integer(0, "indent")
            return .string(PythonJSON.text(value, indent: indent, sorted: try arguments.flag(1, "sort_keys") ?? false))
        },
        "tojson": plain { value, _ in .string(PythonJSON.text(value, indent: nil, sorted: true)) },
        "to_nice_json": plain { value, arguments in
            .string(
                PythonJSON.text(
                    value, indent: try arguments.integer(0, "indent") ?? 4,
                    sorted: try arguments.flag(1, "sort_keys") ?? true))
        },
        "from_json": plain { value, _ in
            do { return try JSON(parsing: value.pythonText) } catch {
                throw TemplateProblemThrown.bad("from_json", "\(error)")
            }
        },
        "to_yaml": plain { value, _ in .string(PythonYAML.text(value, indent: 2)) },
        "to_nice_yaml": plain { value, arguments in
            .string(PythonYAML.text(value, indent: try arguments.integer(0, "indent") ?? 4))
        },
        "b64encode": text { value, _ in Data(value.utf8).base64EncodedString() },
        "b64decode": text { value, _ in
            guard let bytes = Data(base64Encoded: Conversions.trimmed(value), options: .ignoreUnknownCharacters) else {
                throw TemplateProblemThrown.bad("b64decode", "this is not base64")
            }
            return String(decoding: bytes, as: UTF8.self)
        },
        "hash": text { value, arguments in try digest(value, try arguments.text(0, "hashtype") ?? "sha1") },
        "checksum": text { value, _ in try digest(value, "sha1") },
        "sha1": text { value, _ in try digest(value, "sha1") },
        "md5": text { value, _ in try digest(value, "md5") },
        "items": plain { value, _ in try MethodTable.items(value) },
        "dictsort": plain { value, arguments in
            let (sensitive, by) = (
                try arguments.flag(0, "case_sensitive") ?? false, try arguments.text(1, "by") ?? "key"
            )
            let pairs = (value.object ?? JSONObject()).members.map {
                (folded(by == "value" ? $0.value : .string($0.key), sensitive), $0)
            }
            let sorted = try pairs.sorted { try Evaluator.less($0.0, $1.0) }.map {
                JSON.array([.string($0.1.key), $0.1.value])
            }
            return .array(try arguments.flag(2, "reverse") == true ? sorted.reversed() : sorted)
        },
        "dict2items": plain { value, arguments in
            guard case .object(let members) = value else {
                throw TemplateProblemThrown.bad("dict2items", "\(value.pythonType) is not a dict")
            }
            let (key, name) = (
                try arguments.text(0, "key_name") ?? "key", try arguments.text(1, "value_name") ?? "value"
            )
            return .array(members.members.map { .object([key: .string($0.key), name: $0.value]) })
        },
        "items2dict": plain { value, arguments in
            let (key, name) = (
                try arguments.text(0, "key_name") ?? "key", try arguments.text(1, "value_name") ?? "value"
            )
            return .object(
                JSONObject(
                    try value.elements().map { element in
                        guard let itsKey = element[key], let itsValue = element[name] else {
                            throw TemplateProblemThrown.bad("items2dict", "an element lacks '\(key)' or '\(name)'")
                        }
                        return (itsKey.pythonText, itsValue)
                    }))
        },
        "combine": plain { value, arguments in
            let recursive = try arguments.named.first { $0.name == "recursive" }?.value.resolved().isTruthy ?? false
            return try arguments.positional.flatMap { argument -> [JSON] in
                let other = try argument.resolved()
                return other.array ?? [other]
            }.reduce(value) { try combined($0, $1, recursive: recursive) }
        },
        "extract": { value, arguments, evaluator in
            guard let container = arguments.value(0, "container") else {
                throw TemplateProblemThrown.bad("extract", "it needs a container")
            }
            var found = try evaluator.item(try value.resolved(), of: container)
            let more = try arguments.json(1, "morekeys")
            for key in more?.array ?? more.map({ [$0] }) ?? [] { found = try evaluator.item(key, of: found) }
            return found
        },
    ]

    private static func digest(_ text: String, _ algorithm: String) throws -> String {
        let bytes = Data(text.utf8)
        let digest: [UInt8] =
            switch algorithm {
            case "sha256": Array(SHA256.hash(data: bytes))
            case "sha512": Array(SHA512.hash(data: bytes))
            case "sha1": Array(Insecure.SHA1.hash(data: bytes))
            case "md5": Array(Insecure.MD5.hash(data: bytes))
            default:
                throw TemplateProblemThrown.bad(
                    "hash", "the algorithms are md5, sha1, sha256 and sha512, not '\(algorithm)'")
            }
        return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func combined(_ left: JSON, _ right: JSON, recursive: Bool) throws -> JSON {
        guard case .object(var members) = left, case .object(let others) = right else {
            throw TemplateProblemThrown.bad("combine", "it joins dicts, not \(left.pythonType) and \(right.pythonType)")
        }
        for (key, value) in others {
            if recursive, let old = members[key], old.object != nil, value.object != nil {
                members[key] = try combined(old, value, recursive: true)
            } else {
                members[key] = value
            }
        }
        return .object(members)
    }
}

extension Evaluator {
    /// An element by key or index of a value that has no name in the template.
    func item(_ key: JSON, of value: TemplateValue) throws -> TemplateValue {
        let base = TemplateValue.undefined("[\(key.pythonRepresentation)]")
        switch value {
        case .undefined: return value
        case .object(let object): return try object.member(key.pythonText) ?? base
        case .json(let json):
            if let members = json.object { return members[key.pythonText].map { .json($0) } ?? base }
            return key.integer.flatMap { json[$0] }.map { .json($0) } ?? base
        }
    }
}
