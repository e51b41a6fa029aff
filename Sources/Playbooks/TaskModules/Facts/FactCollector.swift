internal import JSON

/// One group of facts, under the names that `gather_subset` takes.
struct FactCollector: Sendable {
    var name: String
    /// More names for it: facts that it gives.
    var aliases: [String] = []
    /// Whether it belongs to `min`.
    var isMinimal = false
    /// Collectors whose facts it looks at.
    var needs: [String] = []
    /// The facts without `ansible_` in front, from those of the collectors before, which have it.
    var collect: @Sendable (Facts.Request, JSONObject) -> JSONObject

    /// In an order in which each comes after those that it needs.
    static let all: [FactCollector] = [
        FactCollector(
            name: "platform",
            aliases: ["system", "kernel", "kernel_version", "machine", "python_version", "architecture", "machine_id"],
            isMinimal: true, collect: { _, _ in PlatformFacts.platform() }),
        FactCollector(
            name: "distribution",
            aliases: ["distribution_version", "distribution_release", "distribution_major_version", "os_family"],
            isMinimal: true, collect: { _, _ in DistributionFacts.collect() }),
        FactCollector(name: "lsb", isMinimal: true, collect: { _, _ in DistributionFacts.lsb() }),
        FactCollector(name: "selinux", isMinimal: true, collect: { _, _ in SecurityFacts.selinux() }),
        FactCollector(name: "apparmor", isMinimal: true, collect: { _, _ in SecurityFacts.apparmor() }),
        FactCollector(name: "chroot", aliases: ["is_chroot"], collect: { _, _ in SecurityFacts.chroot() }),
        FactCollector(name: "fips", isMinimal: true, collect: { _, _ in SecurityFacts.fips() }),
        FactCollector(
            name: "caps", aliases: ["system_capabilities", "system_capabilities_enforced"], isMinimal: true,
            collect: { _, _ in SecurityFacts.capabilities() }),
        // Its facts would be of a Python that this engine does without.
        FactCollector(name: "python", isMinimal: true, collect: { _, _ in JSONObject() }),
        FactCollector(
            name: "pkg_mgr", isMinimal: true, needs: ["distribution"],
            collect: { ["pkg_mgr": .string(ServiceFacts.packages($1))] }),
        FactCollector(
            name: "service_mgr", isMinimal: true, needs: ["platform", "distribution"],
            collect: { ["service_mgr": .string(ServiceFacts.services($1))] }),
        FactCollector(name: "cmdline", isMinimal: true, collect: { _, _ in PlatformFacts.commandLine() }),
        FactCollector(name: "date_time", isMinimal: true, collect: { _, _ in DateFacts.collect() }),
        FactCollector(name: "env", isMinimal: true, collect: { request, _ in UserFacts.environment(request) }),
        FactCollector(name: "loadavg", collect: { _, _ in PlatformFacts.load() }),
        FactCollector(
            name: "ssh_pub_keys",
            aliases: ["ssh_host_pub_keys"]
                + ["dsa", "rsa", "ecdsa", "ed25519"].map { "ssh_host_key_\($0)_public" },
            isMinimal: true, collect: { _, _ in PlatformFacts.hostKeys() }),
        FactCollector(
            name: "user",
            aliases: ["user_id", "user_uid", "user_gid", "user_gecos", "user_dir", "user_shell", "real_user_id"]
                + ["effective_user_id", "effective_group_ids"],
            isMinimal: true, collect: { request, _ in UserFacts.collect(request) }),
        FactCollector(
            name: "virtual",
            aliases: ["type", "role", "tech_guest", "tech_host"].map { "virtualization_" + $0 },
            collect: { request, _ in VirtualFacts.collect(request.shared.processors) }),
        FactCollector(
            name: "hardware", aliases: ["processor", "processor_cores", "processor_count", "mounts", "devices"],
            needs: ["platform"],
            collect: { request, known in
                var facts = ProcessorFacts.collect(request.shared.processors, known)
                for part in [
                    MemoryFacts.collect(), FirmwareFacts.collect(), DeviceFacts.collect(), VolumeFacts.collect(),
                    MountFacts.collect(request),
                ] {
                    for (name, value) in part { facts[name] = value }
                }
                return facts
            }),
        FactCollector(name: "dns", isMinimal: true, collect: { _, _ in PlatformFacts.resolver() }),
        FactCollector(name: "fibre_channel_wwn", collect: { _, _ in PlatformFacts.fibreChannel() }),
        FactCollector(
            name: "network",
            aliases: ["interfaces", "default_ipv4", "default_ipv6", "all_ipv4_addresses", "all_ipv6_addresses"],
            needs: ["distribution", "platform"], collect: { _, _ in NetworkFacts.collect() }),
        FactCollector(name: "iscsi", collect: { _, _ in PlatformFacts.initiator() }),
        FactCollector(name: "nvme", collect: { _, _ in PlatformFacts.nvmeHost() }),
        FactCollector(name: "local", isMinimal: true, collect: { request, _ in LocalFacts.collect(request) }),
        // Facts of other programs, which Ansible adds where those are installed.
        FactCollector(name: "facter", collect: { _, _ in JSONObject() }),
        FactCollector(name: "ohai", collect: { _, _ in JSONObject() }),
    ]

    /// The collectors that `gather_subset` chooses: `min` always, unless it is excluded; what is named outright stays,
    /// whatever is excluded; and all that those need.
    static func names(for subsets: [String]) throws -> Set<String> {
        let known = Set(all.flatMap { [$0.name] + $0.aliases })
        let minimal = Set(all.filter(\.isMinimal).map(\.name))
        var (added, excluded, named): (Set<String>, Set<String>, Set<String>) = ([], [], [])
        for subset in ["min"] + subsets {
            switch subset {
            case "min": added.formUnion(minimal)
            case "all": added.formUnion(known)
            case "!min": excluded.formUnion(minimal)
            case "!all": excluded.formUnion(known.subtracting(minimal))
            case _ where subset.hasPrefix("!"):
                let name = String(subset.dropFirst())
                excluded.formUnion([name] + all.filter { $0.name == name }.flatMap(\.aliases))
            case _ where known.contains(subset):
                named.insert(subset)
                added.insert(subset)
            default:
                throw TaskFailure.badArguments(
                    module: "setup",
                    reason: "'gather_subset' knows no '\(subset)', but all, \(known.sorted().joined(separator: ", "))")
            }
        }
        added.subtract(excluded.subtracting(named))
        var chosen = Set(
            all.filter { $0.aliases.contains(where: added.contains) || added.contains($0.name) }.map(\.name))
        for collector in all.reversed() where chosen.contains(collector.name) { chosen.formUnion(collector.needs) }
        return chosen
    }
}
