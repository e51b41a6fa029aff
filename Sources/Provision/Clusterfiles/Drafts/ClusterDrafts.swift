internal import JSON

/// What `hooks` says.
typealias HooksDraft = ClusterSpec.Hooks

extension ClusterSpec.Hooks {
    init?(_ reader: SectionReader) {
        func hooks(_ key: Key<[Located<String>]>) -> [ClusterSpec.Hook] {
            reader.list(key).map { .init($0.value, at: $0.location) }
        }
        (beforeUp, afterUp) = (hooks(HookKeys.beforeUp), hooks(HookKeys.afterUp))
        (beforeDown, afterDown) = (hooks(HookKeys.beforeDown), hooks(HookKeys.afterDown))
    }
}

/// One of `hypervisors`.
struct HypervisorDraft: Sendable {
    let name: Located<String>
    let spec: ClusterSpec.HypervisorSpec

    init?(_ reader: SectionReader) {
        let (name, uri) = (reader.value(HypervisorKeys.name), reader.value(HypervisorKeys.uri))
        let (cpus, memory) = (reader.value(HypervisorKeys.cpus), reader.value(HypervisorKeys.memory))
        let address = reader.value(HypervisorKeys.address)
        guard let name, let uri else { return nil }
        self.name = name
        spec = .init(
            name: name.value, uri: uri.value, address: address?.value, cpus: cpus?.value, memory: memory?.value,
            location: name.location)
    }
}

/// One of `groups`.
struct GroupDraft: Sendable {
    let hosts: [Located<String>]
    let children: [Located<String>]
    let vars: JSONObject

    init?(_ reader: SectionReader) {
        hosts = reader.list(GroupKeys.hosts)
        children = reader.list(GroupKeys.children)
        vars = reader.value(GroupKeys.vars)?.value ?? JSONObject()
    }
}
