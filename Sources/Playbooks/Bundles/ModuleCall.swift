package import JSON

/// One task's work with everything settled: what a machine does for another one's task, or in the background.
package struct ModuleCall: Hashable, Sendable {
    package var module: String
    /// Rendered.
    package var arguments: JSONObject
    package var files: [String: FileReference]
    package var environment: JSONObject
    /// Whose rights it takes.
    package var rights: Rights
    package var isChecking: Bool
    /// For how many seconds it may go on in the background; nil where its end is waited for.
    package var backgroundSeconds: Int?
    /// How many seconds it may take; nil for as long as it wants.
    package var timeoutSeconds: Int?

    /// A user of the machine on which it is done.
    package enum Rights: Hashable, Sendable {
        /// Who has logged in there.
        case ofConnection
        case of(String)
        case root
    }

    package init(
        module: String, arguments: JSONObject, files: [String: FileReference], environment: JSONObject, rights: Rights,
        isChecking: Bool
    ) {
        self.module = module
        self.arguments = arguments
        self.files = files
        self.environment = environment
        self.rights = rights
        self.isChecking = isChecking
    }

    package var json: JSON {
        [
            "module": .string(module), "arguments": .object(arguments), "environment": .object(environment),
            "rights": rights.json, "isChecking": .bool(isChecking),
            "backgroundSeconds": backgroundSeconds.map { JSON($0) } ?? .null,
            "timeoutSeconds": timeoutSeconds.map { JSON($0) } ?? .null,
            "files": .object(JSONObject(files.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) })),
        ]
    }

    package init(json: JSON) throws(BundleError) {
        let reader = try BundleReader(json, "a call")
        var files: [String: FileReference] = [:]
        for (name, file) in try reader.object("files") { files[name] = try FileReference(json: file) }
        self.init(
            module: try reader.text("module"), arguments: try reader.object("arguments"), files: files,
            environment: try reader.object("environment"), rights: Rights(json["rights"] ?? .null),
            isChecking: try reader.flag("isChecking"))
        backgroundSeconds = json["backgroundSeconds"]?.integer
        timeoutSeconds = json["timeoutSeconds"]?.integer
    }
}

extension ModuleCall.Rights {
    fileprivate var json: JSON {
        switch self {
        case .ofConnection: .null
        case .of(let name): .string(name)
        case .root: true
        }
    }

    fileprivate init(_ json: JSON) {
        if let name = json.string { self = .of(name) } else { self = json == true ? .root : .ofConnection }
    }
}

/// What came of a call: the result's members, and what it changed.
package struct CallResult: Hashable, Sendable {
    /// Holds the seconds that the task might have taken, where it took longer.
    package static let timeout = "_timeoutSeconds"

    package var members: JSONObject
    package var differences: [TaskEvent.Difference]

    package init(members: JSONObject, differences: [TaskEvent.Difference]) {
        self.members = members
        self.differences = differences
    }

    package var json: JSON { ["members": .object(members), "differences": .array(differences.map(\.json))] }

    package init(json: JSON) throws(BundleError) {
        let reader = try BundleReader(json, "a call's result")
        self.init(
            members: try reader.object("members"),
            differences: try reader.list("differences") { json throws(BundleError) in
                try TaskEvent.Difference(json: json)
            })
    }
}
