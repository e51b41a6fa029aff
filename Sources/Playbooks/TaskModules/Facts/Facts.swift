internal import Glibc
internal import JSON

/// What a machine says of itself, under Ansible's names: the `setup` module.
enum Facts {
    /// What is wanted, as `setup`'s arguments say it.
    struct Request {
        var subsets = ["all"]
        /// Shell patterns of names, with or without `ansible_`; none is all.
        var filters: [String] = []
        var localFolder = "/etc/ansible/facts.d"
        /// How long a file system of the network may take to answer.
        var timeoutSeconds = 10
        var environment: [String: String] = [:]
        /// What several collectors read.
        let shared = Shared()

        final class Shared {
            lazy var processors = FactFile.text("/proc/cpuinfo")
        }
    }

    /// Facts under names with `ansible_` in front, and the two that say how they came.
    static func gather(_ request: Request = Request()) throws -> JSONObject {
        var facts = JSONObject()
        let chosen = try FactCollector.names(for: request.subsets)
        for collector in FactCollector.all where chosen.contains(collector.name) {
            for (name, value) in collector.collect(request, facts) {
                facts["ansible_" + name.map { $0 == "-" ? "_" : String($0) }.joined()] = value
            }
        }
        facts["gather_subset"] = JSON(request.subsets)
        facts["module_setup"] = true
        return filtered(facts, request.filters)
    }

    /// Facts as `ansible_facts` has them, without `ansible_` in front (but for `ansible_local`), over earlier ones.
    static func unprefixed(_ facts: JSONObject, over known: JSONObject) -> JSONObject {
        var all = known
        for (name, value) in facts {
            let isPrefixed = name.hasPrefix("ansible_") && name != "ansible_local"
            all[isPrefixed ? String(name.dropFirst("ansible_".count)) : name] = value
        }
        return all
    }

    private static func filtered(_ facts: JSONObject, _ filters: [String]) -> JSONObject {
        if filters.isEmpty || filters == ["*"] { return facts }
        return JSONObject(
            facts.members.filter { member in
                filters.contains { filter in
                    filter.isEmpty || fnmatch(filter, member.key, 0) == 0
                        || fnmatch("ansible_" + filter, member.key, 0) == 0
                }
            }.map { ($0.key, $0.value) })
    }
}

/// `setup` and `gather_facts`: facts as a task's result.
enum SetupModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        var request = Facts.Request(environment: context.environment)
        if let subsets = context.texts("gather_subset"), !subsets.isEmpty { request.subsets = subsets }
        request.filters = context.texts("filter") ?? []
        if let folder = context.text("fact_path") { request.localFolder = folder }
        if let seconds = context.integer("gather_timeout") { request.timeoutSeconds = seconds }
        return Proposal(["ansible_facts": .object(try Facts.gather(request))])
    }
}
