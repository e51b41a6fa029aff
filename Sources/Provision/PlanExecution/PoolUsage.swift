package import Hypervisor

/// Which volumes of a pool machines stand on: their own disks, and what those are overlays of.
package struct PoolUsage: Sendable {
    /// The names of the machines that need a volume, by the volume's name; a domain that is no cluster's goes by its own.
    private let users: [String: Set<String>]
    private let volumes: [VolumeSnapshot]

    package init(_ observed: HypervisorSnapshot) {
        volumes = observed.volumes
        let byPath = Dictionary(observed.volumes.map { ($0.path, $0) }) { first, _ in first }
        let byName = Dictionary(observed.volumes.map { ($0.name, $0) }) { first, _ in first }
        var users: [String: Set<String>] = [:]
        func use(_ volume: VolumeSnapshot, by user: String) {
            // Also ends where overlays go round in a circle.
            guard users[volume.name, default: []].insert(user).inserted else { return }
            if let below = volume.backingPath.flatMap({ byPath[$0] }) ?? volume.backingVolume.flatMap({ byName[$0] }) {
                use(below, by: user)
            }
        }
        // A machine that prepares a warm disk is nobody's: one that was cut short keeps nothing in use.
        for domain in observed.domains where !domain.name.hasPrefix(WarmDisk.domainPrefix) {
            for path in Self.paths(in: domain.xml) {
                if let volume = byPath[path] { use(volume, by: Self.name(of: domain)) }
            }
        }
        // A disk whose domain is gone is still somebody's data.
        for volume in observed.volumes where volume.backingPath != nil && users[volume.name] == nil {
            if !SharedVolume.isShared(volume.name) { use(volume, by: "the volume \(volume.name)") }
        }
        self.users = users
    }

    /// The machines that need a volume, in order of name.
    package func users(of volume: String) -> [String] { (users[volume] ?? []).sorted() }

    /// The volumes that belong to all clusters, with the machines that need any of a kind's parts.
    package var shared: [SharedVolume] {
        Dictionary(grouping: volumes.compactMap(SharedVolume.init)) { $0.stem }.map { stem, parts in
            SharedVolume(
                stem: stem, names: parts.flatMap(\.names).sorted(),
                bytes: parts.reduce(0) { $0 + $1.bytes },
                users: Set(parts.flatMap { $0.names.flatMap { users[$0] ?? [] } }).sorted())
        }.sorted { $0.stem < $1.stem }
    }

    private static func name(of domain: DomainSnapshot) -> String {
        guard let metadata = domain.metadata, !metadata.cluster.isEmpty else { return domain.name }
        return "\(metadata.name) of cluster '\(metadata.clusterName)'"
    }

    /// Every attribute of a domain that can be a file: of a disk, a kernel, an initrd.
    private static func paths(in xml: String) -> [String] {
        xml.split(whereSeparator: { "'\"<>".contains($0) }).filter { $0.hasPrefix("/") }.map(String.init)
    }
}

/// What the pool holds for all clusters alike: an image, the agents' disk or a warm disk, each of one or more volumes.
package struct SharedVolume: Hashable, Sendable {
    /// Their common name: `image.NAME-KEY-CONTENT`, `agents.KEY`, `warm.KEY`.
    package var stem: String
    package var names: [String]
    package var bytes: UInt64
    package var users: [String]

    init(stem: String, names: [String], bytes: UInt64, users: [String]) {
        self.stem = stem
        self.names = names
        self.bytes = bytes
        self.users = users
    }

    init?(_ volume: VolumeSnapshot) {
        guard Self.isShared(volume.name) else { return nil }
        var stem = volume.name[...]
        for ending in [".disk", ".kernel", ".initrd", ".seed", ".complete"] where stem.hasSuffix(ending) {
            stem = stem.dropLast(ending.count)
        }
        self.init(stem: String(stem), names: [volume.name], bytes: volume.allocationBytes, users: [])
    }

    static func isShared(_ name: String) -> Bool {
        ["image.", "agents.", WarmDisk.prefix].contains { name.hasPrefix($0) }
    }

    /// Whether its marker is there, which came last.
    package var isComplete: Bool { names.contains(stem + ".complete") }

    /// The name in an image's `image.NAME-KEY-CONTENT`; nil for what is no image's.
    package var imageName: String? {
        guard stem.hasPrefix("image.") else { return nil }
        let parts = stem.dropFirst("image.".count).split(separator: "-")
        return parts.count > 2 ? parts.dropLast(2).joined(separator: "-") : nil
    }
}
