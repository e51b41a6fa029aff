import Credentials
import Diagnostics
import FoundationEssentials
import HostConnections
import Inventories
import JSON
import Linux
import Plays
import Vault
import YAML

/// Everything that `play` reads before it connects to anybody.
struct PlayInputs: Sendable {
    let configuration: AnsibleConfiguration
    let compiled: [CompiledPlaybook]
    let warnings: [Diagnosis]
    private let inventoryFiles: VariableFiles
    private let extraVariables: JSONObject
    private let environment: [String: String]

    init(
        _ choice: PlayChoice, _ connection: PlayConnection, _ secrets: PlaySecrets, playbooks: [String],
        options: RunOptions, configuration: AnsibleConfiguration, environment: [String: String]
    ) throws {
        self.configuration = configuration
        self.environment = environment
        let vault = try Self.vault(secrets, configuration, environment)
        let sources = try InventorySources(
            choice.inventory.isEmpty ? configuration.inventories.filter(Self.exists) : choice.inventory, vault: vault,
            environment: environment)
        inventoryFiles = sources.files
        var extra = try Self.extraVariables(choice.extraVars, vault)
        if connection.become { extra["ansible_become"] = true }
        if let user = connection.becomeUser { extra["ansible_become_user"] = .string(user) }
        extraVariables = extra
        let tags = TagChoice(only: Set(options.tags), skipped: Set(options.skippedTags))
        let limit = try choice.limit.map { text throws(Diagnoses) in try HostPattern(limit: text) }
        if let limit, limit.hosts(in: sources.inventory).isEmpty {
            throw Diagnosis("no host is left of the limit '\(choice.limit ?? "")'", fix: "see --list-hosts without it")
        }
        var compiled: [CompiledPlaybook] = []
        var problems: [Diagnosis] = []
        for path in playbooks {
            do throws(Diagnoses) {
                let playbook = try CompiledPlaybook(
                    path, inventory: sources.inventory, inventoryFiles: inventoryFiles, extraVariables: extra,
                    options: options, tags: tags, startAtTask: choice.startAtTask, vault: vault,
                    configuration: configuration)
                compiled.append(limit.map { playbook.limited(to: $0) } ?? playbook)
            } catch {
                problems += error.all
            }
        }
        guard problems.isEmpty else { throw MistakesInFile(diagnoses: Diagnoses(problems)) }
        self.compiled = compiled
        warnings = sources.warnings + compiled.flatMap(\.warnings)
    }

    private static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    private static func vault(
        _ secrets: PlaySecrets, _ configuration: AnsibleConfiguration, _ environment: [String: String]
    ) throws -> Vault {
        let files = secrets.vaultPasswordFile + [configuration.vaultPasswordFile].compactMap(\.self)
        let sources = VaultPasswordSource.all(
            vaultIDs: configuration.vaultIDs + secrets.vaultId, passwordFiles: files,
            asks: secrets.askVaultPass || configuration.asksVaultPassword)
        return try Vault(sources: sources, environment: environment) { label in
            try Terminal.secret("vault password (\(label)): ")
        }
    }

    /// `name=value` words, JSON or YAML, or `@FILE`; later ones win.
    private static func extraVariables(_ texts: [String], _ vault: Vault) throws -> JSONObject {
        var all = JSONObject()
        for text in texts {
            let more: JSONObject
            if text.hasPrefix("@") {
                more = try VariableFiles.variables(String(text.dropFirst()), vault: vault)
            } else if text.hasPrefix("{") || text.hasPrefix("[") {
                let node = try YAML.document(text, file: "--extra-vars")
                guard let object = node.json.object else {
                    throw Diagnosis(
                        "'\(text)' is no mapping of variables", fix: "write {\"name\": \"value\"} or name=value")
                }
                more = object
            } else {
                more = JSONObject(
                    try ShellWords.split(text).map { word in
                        guard let equals = word.firstIndex(of: "=") else {
                            throw Diagnosis("'\(word)' names no value", fix: "write name=value, JSON, or @FILE")
                        }
                        return (String(word[..<equals]), .string(String(word[word.index(after: equals)...])))
                    })
            }
            for (name, value) in more { all[name] = value }
        }
        return all
    }

    /// The layers of a host's variables that say how it is reached; a host that the inventory lacks has none of its own.
    func variables(of host: String, in inventory: Inventory) -> [JSONObject] {
        var own = inventory.variables(of: host, inventoryFiles: inventoryFiles)
        if inventory.host(host) == nil, ["localhost", "127.0.0.1", "::1"].contains(host),
            own["ansible_connection"] == nil
        {
            own["ansible_connection"] = "local"
        }
        return [own, extraVariables]
    }

    func connector(_ options: PlayConnection) throws -> HostConnector {
        var defaults = ConnectionVariables.Defaults()
        defaults.user = options.user ?? configuration.remoteUser
        defaults.port = configuration.remotePort
        defaults.keyFile = options.privateKey ?? configuration.privateKeyFile
        defaults.moreArguments = try options.sshCommonArgs.map { try ConnectionVariables.Defaults.words(of: $0) } ?? []
        defaults.ownArguments = try configuration.sshArguments.map {
            try ConnectionVariables.Defaults.words(of: $0)
        }
        // Without a home nothing is kept.
        defaults.keptFolder =
            configuration.controlFolder
            ?? (try? CredentialStore.defaultRoot(environment: environment)).map { $0 + "/connections" }
        defaults.isLocal = options.connection == "local"
        defaults.checksHostKeys = configuration.checksHostKeys
        defaults.connectTimeoutSeconds = configuration.connectTimeoutSeconds
        if options.askBecomePass || configuration.asksBecomePassword {
            defaults.becomePassword = try Terminal.secret("sudo's password: ")
        }
        return try HostConnector(folder: Workplace.programsFolder(), defaults: defaults, environment: environment)
    }
}
