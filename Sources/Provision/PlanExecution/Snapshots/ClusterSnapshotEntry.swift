package import Hypervisor
package import JSON

/// One saved moment of a cluster, as libvirt shows it.
package struct ClusterSnapshotEntry: Hashable, Sendable {
    package var name: String
    /// Seconds since 1970 on the libvirt host's clock.
    package var createdAtSeconds: Int64
    package var content: RestorePointSnapshot.Content
    /// The machines that have it, in order of name.
    package var machines: [String]
    /// Machines that it was made of and that lack it: it was cut short, or they were made anew since.
    package var missing: [String]
    /// The memory in it; what its disks take more than the present ones is in no figure of libvirt's. Nil where unknown.
    package var memoryBytes: UInt64?

    package init(
        name: String, createdAtSeconds: Int64, content: RestorePointSnapshot.Content, machines: [String],
        missing: [String], memoryBytes: UInt64? = nil
    ) {
        self.name = name
        self.createdAtSeconds = createdAtSeconds
        self.content = content
        self.machines = machines
        self.missing = missing
        self.memoryBytes = memoryBytes
    }
}

extension ClusterSnapshotEntry {
    /// The cluster's snapshots, oldest first, from what each machine has.
    static func all(_ machines: [(name: String, points: [RestorePointSnapshot])]) -> [ClusterSnapshotEntry] {
        var found: [String: ClusterSnapshotEntry] = [:]
        var wanted: [String: Set<String>] = [:]
        for machine in machines {
            for point in machine.points {
                var entry =
                    found[point.name]
                    ?? ClusterSnapshotEntry(
                        name: point.name, createdAtSeconds: 0, content: point.content, machines: [], missing: [])
                entry.createdAtSeconds = max(entry.createdAtSeconds, point.createdAtSeconds)
                entry.machines.append(machine.name)
                found[point.name] = entry
                wanted[point.name, default: []].formUnion(SnapshotLabel(point.description)?.machines ?? [])
            }
        }
        return found.values.map { entry in
            var entry = entry
            entry.machines.sort()
            entry.missing = (wanted[entry.name] ?? []).subtracting(entry.machines).sorted()
            return entry
        }.sorted { ($0.createdAtSeconds, $0.name) < ($1.createdAtSeconds, $1.name) }
    }

    /// How long ago it was made, as a person says it: `3 minutes ago`.
    package func age(atSeconds now: Int64) -> String {
        let seconds = now - createdAtSeconds
        for (unit, length) in [("day", 86_400), ("hour", 3600), ("minute", 60)] as [(String, Int64)]
        where seconds >= length {
            let count = seconds / length
            return "\(count) \(unit)\(count == 1 ? "" : "s") ago"
        }
        return seconds < 5 ? "just now" : "\(seconds) seconds ago"
    }

    /// The entry for scripts; `created` is the caller's text of the moment.
    package func json(created: String) -> JSON {
        [
            "name": .string(name), "created": .string(created), "content": .string(content.rawValue),
            "machines": JSON(machines), "missing": JSON(missing),
            "memoryBytes": memoryBytes.map { JSON(Int($0)) } ?? .null,
        ]
    }
}
