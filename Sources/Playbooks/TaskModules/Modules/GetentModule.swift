internal import JSON

/// `getent`: entries of a database such as passwd, as a fact.
enum GetentModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let database = try context.required("database")
        let key = context.text("key")
        var command = ["getent", database]
        if let key { command.append(key) }
        if let service = context.text("service") { command += ["-s", service] }
        let separator =
            context.text("split") ?? (["passwd", "shadow", "group", "gshadow"].contains(database) ? ":" : nil)
        let said = try context.run(command)
        switch said.status {
        case 0: return facts(database, tree(said.outputText, separator))
        case 1: throw TaskFailure.said("Missing arguments, or database unknown.")
        case 2:
            let message = "One or more supplied key could not be found in the database."
            guard let key, !context.flag("fail_key", default: true) else { throw TaskFailure.said(message) }
            return facts(database, [key: .null], ["msg": .string(message)])
        case 3: throw TaskFailure.said("Enumeration not supported on this database.")
        default: throw TaskFailure.said("Unexpected failure!")
        }
    }

    private static func facts(_ database: String, _ tree: JSONObject, _ more: JSONObject = [:]) -> Proposal {
        Proposal(more.merging(["ansible_facts": ["getent_\(database)": .object(tree)]]))
    }

    private static func tree(_ text: String, _ separator: String?) -> JSONObject {
        var tree = JSONObject()
        var isSeveral: Set<String> = []
        for line in text.lineTexts {
            let fields =
                separator.map { line.split(separator: $0, omittingEmptySubsequences: false).map(String.init) }
                ?? line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let name = fields.first else { continue }
            let rest = JSON(Array(fields.dropFirst()))
            guard let known = tree[name] else {
                tree[name] = rest
                continue
            }
            // A key with several entries gives a list of them.
            tree[name] = .array((isSeveral.contains(name) ? known.array ?? [] : [known]) + [rest])
            isSeveral.insert(name)
        }
        return tree
    }
}
