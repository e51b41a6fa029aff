import ArgumentParser
import Bundles
import Diagnostics
import FoundationEssentials
import HostConnections
import Inventories
import JSON
import Plays
import Vault

/// Carries out a playbook on any hosts, as `ansible-playbook` does.
struct PlayCommand: AsyncParsableCommand, HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "play",
        abstract: "Carry out a playbook on any hosts, as ansible-playbook does, without Python on them.",
        discussion: """
            Hosts are those of Ansible inventories: INI, YAML, programs, or a list such as 'a.example,'. They are reached by \
            OpenSSH's client with your own configuration and keys. What ansible.cfg says counts.

            Example: clusterfile play -i hosts.ini --check --diff site.yml
            """)

    @OptionGroup var choice: PlayChoice
    @OptionGroup var connection: PlayConnection
    @OptionGroup var secrets: PlaySecrets
    @Flag(name: [.customShort("C"), .long], help: "Change nothing, tell what would be changed.")
    var check = false
    @Flag(name: [.customShort("D"), .long], help: "Show small files before and after their change.")
    var diff = false
    @Option(name: .shortAndLong, help: "How many hosts are connected to at a time.")
    var forks: Int?
    @Flag(name: .shortAndLong, help: "Show what tasks say that changed nothing, too.")
    var verbose: Int
    @Flag(help: "Tell at the end how long tasks, roles and hosts took.")
    var profile = false
    @OptionGroup var output: OutputOptions
    @Argument(help: "The playbooks, one after the other.", completion: .file(extensions: ["yml", "yaml"]))
    var playbooks: [String]

    func run() async throws {
        let environment = Workplace.environment
        let configuration = try AnsibleConfiguration(
            folder: FileManager.default.currentDirectoryPath, environment: environment)
        let options = options(configuration)
        let inputs = try PlayInputs(
            choice, connection, secrets, playbooks: playbooks, options: options, configuration: configuration,
            environment: environment)
        for warning in inputs.warnings { Terminal.error("warning: \(warning.rendered)") }
        if choice.syntaxCheck { return Terminal.output("the syntax of \(playbooks.joined(separator: ", ")) is right") }
        if choice.onlyLists { return Terminal.output(PlayListing(inputs.compiled, choice).text) }
        let printer = PlayPrinter(
            showsDifferences: options.showsDifferences, isVerbose: options.verbosity > 0, format: output.format)
        let connector = try inputs.connector(connection)
        let connect: PlaybookRun.Connect = { host in
            try await connector.connect(
                host.name, inputs.variables(of: host.name, in: host.inventory), host.keywords,
                needsRoot: host.needsRoot)
        }
        let recap = try await Interruption.cancelling("play") {
            try await PlaybookRun(
                inputs.compiled, forks: options.forks, isChecking: check,
                step: choice.step ? { @Sendable in PlayPrompt.wish($0) } : nil,
                pausing: { Terminal.line($0, echoes: $1, awaitsLine: $2) }, patience: .seconds(60)
            ).run(
                connect: connect, connectBeside: connect,
                prompt: { try PlayPrompt.answer(to: $0) }, report: { printer.take($0) })
        }
        printer.finish(recap, showsCustomStatistics: inputs.configuration.showsCustomStatistics)
        if profile { Terminal.error(printer.profile) }
        if !recap.succeeded { throw ExitStatus.partial }
    }

    /// What was chosen here, and in `ansible.cfg` where it was not.
    private func options(_ configuration: AnsibleConfiguration) -> RunOptions {
        var options = RunOptions()
        options.isChecking = check
        options.showsDifferences = diff || configuration.alwaysShowsDifferences
        options.forks = forks ?? configuration.forks
        options.inventories = (choice.inventory.isEmpty ? configuration.inventories : choice.inventory).map {
            $0.contains(",") ? $0 : URL(filePath: $0).standardizedFileURL.path
        }
        options.limit = choice.limit
        func words(_ given: [String], or configured: [String]) -> [String] {
            (given.isEmpty ? configured : given).flatMap { $0.split(separator: ",").map(String.init) }
        }
        options.tags = words(choice.tags, or: configuration.tags)
        options.skippedTags = words(choice.skipTags, or: configuration.skippedTags)
        options.verbosity = verbose + configuration.verbosity
        options.configurationFile = configuration.file
        return options
    }
}

/// Which hosts and tasks.
struct PlayChoice: ParsableArguments {
    @Option(
        name: .shortAndLong, help: "An inventory: a file, a folder, a program, or a list with a comma; may be repeated."
    )
    var inventory: [String] = []
    @Option(name: .shortAndLong, help: "Only these of the hosts, by an Ansible pattern or @FILE.")
    var limit: String?
    @Option(name: .shortAndLong, help: "Only tasks with one of these tags.")
    var tags: [String] = []
    @Option(help: "Not the tasks with one of these tags.")
    var skipTags: [String] = []
    @Option(help: "Begin with the task of that name.")
    var startAtTask: String?
    @Flag(help: "Ask before each task.")
    var step = false
    @Option(
        name: [.customShort("e"), .long],
        help: "A variable over all others: name=value, JSON or YAML, or @FILE; may be repeated.")
    var extraVars: [String] = []
    @Flag(help: "List the hosts of each play, carry out nothing.")
    var listHosts = false
    @Flag(help: "List the tasks, carry out nothing.")
    var listTasks = false
    @Flag(help: "List the tags, carry out nothing.")
    var listTags = false
    @Flag(help: "Tell every mistake, carry out nothing.")
    var syntaxCheck = false

    var onlyLists: Bool { listHosts || listTasks || listTags }
}

/// How hosts are reached.
struct PlayConnection: ParsableArguments {
    @Option(name: .shortAndLong, help: "The user to log in as.")
    var user: String?
    @Option(help: "The private key to log in with.", completion: .file())
    var privateKey: String?
    @Option(help: "Further arguments for ssh, in one string.")
    var sshCommonArgs: String?
    @Option(name: [.customShort("c"), .long], help: "'ssh', or 'local' for this host.")
    var connection: String?
    @Flag(name: .shortAndLong, help: "Become root for every task.")
    var become = false
    @Option(help: "Become that user for tasks that become another one.")
    var becomeUser: String?
    @Flag(name: [.customShort("K"), .long], help: "Ask for sudo's password.")
    var askBecomePass = false
}

/// Where vault passwords come from.
struct PlaySecrets: ParsableArguments {
    @Option(help: "A vault password, as LABEL@FILE, LABEL@prompt or without a label; may be repeated.")
    var vaultId: [String] = []
    @Option(help: "A file with the vault's password, or a program that prints it.", completion: .file())
    var vaultPasswordFile: [String] = []
    @Flag(name: [.customShort("J"), .long], help: "Ask for the vault's password.")
    var askVaultPass = false
}
