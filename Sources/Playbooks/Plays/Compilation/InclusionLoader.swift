internal import Diagnostics
internal import Synchronization

/// Reads what tasks include, each file and role once for each place that includes it.
final class InclusionLoader: Sendable {
    /// What an inclusion brings, for whichever machine.
    struct Loaded: Sendable {
        var items: [PlayItem]
        var roles: [Role]
        var handlers: [PlayTask]
    }

    private struct Key: Hashable {
        var site: Int
        var name: String
    }

    private struct State {
        var sites: [InclusionSite] = []
        var numbers: [String: Int] = [:]
        var loaded: [Key: Loaded] = [:]
    }

    private let files: ControllerFiles
    private let playbookFolder: String
    private let tags: TagChoice
    private let state = Mutex(State())

    init(_ files: ControllerFiles, playbookFolder: String, tags: TagChoice) {
        self.files = files
        self.playbookFolder = playbookFolder
        self.tags = tags
    }

    /// The number under which a runner asks for what is included there.
    func number(of site: InclusionSite) -> Int {
        let key = "\(site.location) \(site.surroundings.keywords.role ?? "") \(site.surroundings.isHandler)"
        return state.withLock { state in
            if let number = state.numbers[key] { return number }
            state.sites.append(site)
            state.numbers[key] = state.sites.count - 1
            return state.sites.count - 1
        }
    }

    /// Where the roles are that were included.
    var roleFolders: [String] { state.withLock { $0.loaded.values.flatMap(\.roles).map(\.path) } }

    func site(_ number: Int) -> InclusionSite? {
        state.withLock { $0.sites.indices.contains(number) ? $0.sites[number] : nil }
    }

    /// Where what is of that name is found from there.
    func path(of name: String, from site: InclusionSite) -> String? {
        let steps = PlayReader(Problems(), files, playbookFolder: playbookFolder)
        let folders = site.kind == .tasks ? steps.tasksFolders(site.surroundings) : steps.roleFolders
        return files.find(name, in: folders).path
    }

    /// What a name brings there; every mistake in it at once.
    func load(_ name: String, at number: Int) throws(Diagnoses) -> Loaded {
        let key = Key(site: number, name: name)
        if let loaded = state.withLock({ $0.loaded[key] }) { return loaded }
        guard let site = site(number) else { throw Diagnoses([Diagnosis("no task includes anything there")]) }
        let problems = Problems()
        let steps = PlayReader(problems, files, playbookFolder: playbookFolder, scope: "\(number).\(name).")
        let items: [PlayItem]
        switch site.kind {
        case .tasks: items = steps.tasksFile(name, site.location, site.surroundings)
        case .role:
            items = steps.role(
                name, site.location, RoleUse(files: site.files, isOfTask: true), site.surroundings)
        }
        try problems.throwIfAny()
        // Handlers that include give handlers.
        let isHandler = site.surroundings.isHandler && site.kind == .tasks
        let loaded = Loaded(
            items: isHandler ? steps.handlers.map { .task($0) } : PlayItem.filtered(items, tags.keeps),
            roles: steps.roles,
            handlers: isHandler ? [] : steps.handlers)
        state.withLock { $0.loaded[key] = loaded }
        return loaded
    }
}
