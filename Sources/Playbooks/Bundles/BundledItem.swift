package import JSON

/// A step of a play: a task, or a block whose failures are met by its own steps.
package indirect enum BundledItem: Hashable, Sendable {
    case task(BundledTask)
    case block(BundledBlock)
}

/// Steps, what is done where one of them fails, and what is done in any case.
package struct BundledBlock: Hashable, Sendable {
    package var main: [BundledItem]
    package var rescue: [BundledItem]
    package var always: [BundledItem]

    package init(main: [BundledItem], rescue: [BundledItem], always: [BundledItem]) {
        self.main = main
        self.rescue = rescue
        self.always = always
    }
}

/// What `include_tasks` or `include_role` brings in: steps, and for a role itself, those it depends on, and its handlers.
package struct Inclusion: Hashable, Sendable {
    package var items: [BundledItem]
    package var roles: [Bundle.Role]
    package var handlers: [BundledTask]

    package init(items: [BundledItem], roles: [Bundle.Role] = [], handlers: [BundledTask] = []) {
        self.items = items
        self.roles = roles
        self.handlers = handlers
    }
}

extension BundledItem {
    /// Every task of these steps, in the order in which they stand.
    package static func tasks(of items: [BundledItem]) -> [BundledTask] {
        items.flatMap { item -> [BundledTask] in
            switch item {
            case .task(let task): [task]
            case .block(let block): tasks(of: block.main + block.rescue + block.always)
            }
        }
    }

    package var json: JSON {
        switch self {
        case .task(let task): return task.json
        case .block(let block):
            var json: JSON = ["block": .array(block.main.map(\.json))]
            if !block.rescue.isEmpty { json["rescue"] = .array(block.rescue.map(\.json)) }
            if !block.always.isEmpty { json["always"] = .array(block.always.map(\.json)) }
            return json
        }
    }

    package init(json: JSON) throws(BundleError) {
        guard let main = json["block"]?.array else {
            self = .task(try BundledTask(json: json))
            return
        }
        self = .block(
            BundledBlock(
                main: try Self.list(main), rescue: try Self.list(json["rescue"]?.array ?? []),
                always: try Self.list(json["always"]?.array ?? [])))
    }

    static func list(_ elements: [JSON]) throws(BundleError) -> [BundledItem] {
        var items: [BundledItem] = []
        for element in elements { items.append(try BundledItem(json: element)) }
        return items
    }
}

extension Inclusion {
    package var json: JSON {
        [
            "items": .array(items.map(\.json)), "roles": .array(roles.map(\.json)),
            "handlers": .array(handlers.map(\.json)),
        ]
    }

    package init(json: JSON) throws(BundleError) {
        let reader = try BundleReader(json, "an inclusion")
        self.init(
            items: try reader.list("items") { json throws(BundleError) in try BundledItem(json: json) },
            roles: try reader.list("roles") { json throws(BundleError) in try Bundle.Role(json: json) },
            handlers: try reader.list("handlers") { json throws(BundleError) in try BundledTask(json: json) })
    }
}
