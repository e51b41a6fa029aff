package import JSON

/// All that one machine is to do: its plays with their tasks, and the variables that templates may name.
package struct Bundle: Hashable, Sendable {
    /// A role's variables, which lie over and under others for its own tasks.
    package struct Role: Hashable, Sendable {
        /// Tells this use of the role apart from others in the play.
        package var id: String
        /// Whether its variables are the whole play's, as those of `roles:` are.
        package var isPublic: Bool
        package var name: String
        package var path: String
        package var defaults: JSONObject
        package var variables: JSONObject
        package var parameters: JSONObject
        /// The roles whose tasks brought it, the nearest first, by name and path.
        package var parents: [Parent] = []

        package struct Parent: Hashable, Sendable {
            package var name: String
            package var path: String

            package init(name: String, path: String) {
                self.name = name
                self.path = path
            }
        }

        /// What its tasks may ask about it.
        package var magicVariables: JSONObject {
            var all: JSONObject = [
                "role_name": .string(name), "ansible_role_name": .string(name), "role_path": .string(path),
            ]
            if !parents.isEmpty {
                all["ansible_parent_role_names"] = JSON(parents.map(\.name))
                all["ansible_parent_role_paths"] = JSON(parents.map(\.path))
            }
            return all
        }

        package init(
            id: String, isPublic: Bool = true, name: String, path: String, defaults: JSONObject, variables: JSONObject,
            parameters: JSONObject
        ) {
            self.id = id
            self.isPublic = isPublic
            self.name = name
            self.path = path
            self.defaults = defaults
            self.variables = variables
            self.parameters = parameters
        }
    }

    /// One play; its number in the playbook tells it apart.
    package struct Play: Hashable, Sendable {
        package var number: Int
        package var name: String
        package var variables: JSONObject
        package var roles: [Role]
        package var items: [BundledItem]
        package var handlers: [BundledTask]
        /// Whether handlers run although a task has failed.
        package var forcesHandlers: Bool
        /// Whether the machines tell one another of their variables.
        package var sharesVariables = false
        /// Whether the machines meet behind each task, since failures of some may end the play for all.
        package var meetsAfterEach = false

        package init(
            number: Int, name: String, variables: JSONObject, roles: [Role], items: [BundledItem],
            handlers: [BundledTask], forcesHandlers: Bool = false
        ) {
            self.number = number
            self.name = name
            self.variables = variables
            self.roles = roles
            self.items = items
            self.handlers = handlers
            self.forcesHandlers = forcesHandlers
        }

        /// Every task of its steps, in the order in which they stand.
        package var tasks: [BundledTask] { BundledItem.tasks(of: items) }
    }

    package var playbook: String
    package var host: String
    /// The user of the connection, for tasks without `become`; nil is root.
    package var user: String?
    /// Inventory, group and host variables of this machine, merged, unrendered, with the magic ones.
    package var variables: JSONObject
    /// The same of every machine, where a template names `hostvars`.
    package var hostVariables: JSONObject
    package var extraVariables: JSONObject
    /// A name under which the machine notes that all plays have succeeded, and then skips them for good; nil for plays that
    /// are carried out each time.
    package var onceAs: String?
    package var plays: [Play]
    /// Whether it takes the place of the one before within the same playbook: what came up on the machine stays.
    package var goesOn = false

    package init(
        playbook: String, host: String, user: String?, variables: JSONObject, hostVariables: JSONObject,
        extraVariables: JSONObject, onceAs: String? = nil, plays: [Play]
    ) {
        self.playbook = playbook
        self.host = host
        self.user = user
        self.variables = variables
        self.hostVariables = hostVariables
        self.extraVariables = extraVariables
        self.onceAs = onceAs
        self.plays = plays
    }
}

extension Bundle {
    /// Of a runner that does single tasks for others.
    package static var ofCalls: Bundle {
        Bundle(
            playbook: "", host: "", user: nil, variables: [:], hostVariables: [:], extraVariables: [:], plays: [])
    }
}

/// One task as the runner gets it: templates unrendered, files of the controller known by digest.
@dynamicMemberLookup package struct BundledTask: Hashable, Sendable {
    package var name: String
    package var module: String
    package var arguments: JSONObject
    /// `file:line:column` in the playbook.
    package var location: String
    package var keywords = TaskKeywords()
    package var notify: [String] = []
    /// What the rendered `src` of this task stands for.
    package var files: [String: FileReference] = [:]
    /// What it includes, by the rendered name, where that is known before it runs.
    package var inclusions: [String: Inclusion] = [:]
    /// Under which number the controller knows what is included there.
    package var inclusionSite: Int?
    /// Whether it begins only when all machines of the batch have come to it.
    package var meetsOthers = false

    /// Whether one machine does it for all of the batch, since its module wants that.
    package var isDoneOnce: Bool { ModuleSpec.named(module)?.isDoneOnce ?? false }

    package subscript<Value>(dynamicMember keyword: WritableKeyPath<TaskKeywords, Value>) -> Value {
        get { keywords[keyPath: keyword] }
        set { keywords[keyPath: keyword] = newValue }
    }

    /// It, and the tasks that it is known to include.
    package var withIncluded: [BundledTask] {
        [self] + inclusions.values.flatMap { BundledItem.tasks(of: $0.items) + $0.handlers }.flatMap(\.withIncluded)
    }

    package init(name: String, module: String, arguments: JSONObject, location: String) {
        self.name = name
        self.module = module
        self.arguments = arguments
        self.location = location
    }
}

/// A file of the controller, or a folder with all that is below it.
package struct FileReference: Hashable, Sendable {
    /// Hexadecimal SHA-256 of the content.
    package var digest: String
    package var size: Int
    /// The permission bits on the controller, for `mode: preserve`.
    package var mode: Int
    /// The content itself, for templates.
    package var text: String?
    /// What is below a folder, a folder before what is in it; nil for a file.
    package var members: [FolderMember]?

    package init(digest: String, size: Int, mode: Int, text: String? = nil) {
        self.digest = digest
        self.size = size
        self.mode = mode
        self.text = text
    }
}

/// What is somewhere below a folder of the controller.
package struct FolderMember: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case file(FileReference)
        case folder
        case link(to: String)
    }

    /// From the folder on, without a `/` before it.
    package var path: String
    package var kind: Kind

    package init(path: String, kind: Kind) {
        self.path = path
        self.kind = kind
    }
}
