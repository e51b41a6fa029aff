import JSON
import Peers
import Testing

@testable import TaskModules

/// Facts here against those of the peer's `setup`, on this very machine.
@Suite struct PeerFactsTests {
    /// What is kept different, and why; a name ends in `*` for all that begin so.
    private static let kept: [(name: String, reason: String)] = [
        ("ansible_python", "there is no Python in the engine"),
        ("ansible_python_version", "there is no Python in the engine"),
        ("ansible_system_capabilities", "names of what is held, where Ansible parses capsh's text into pieces of it"),
        ("ansible_facter*", "facts of another program"), ("ansible_ohai*", "facts of another program"),
        ("ansible_env", "the environment of another process"),
    ]

    /// Members of facts that are kept different wherever they stand.
    private static let keptMembers: [(name: String, reason: String)] = [
        ("features", "ethtool would have to be started for each link"),
        ("timestamping", "ethtool would have to be started for each link"),
        ("hw_timestamp_filters", "ethtool would have to be started for each link"),
        ("phc_index", "ethtool would have to be started for each link"),
        ("host", "lspci would have to be started, or its list of names read"),
    ]

    /// What differs between any two readings.
    private static let changing: Set<String> = [
        "ansible_date_time", "ansible_loadavg", "ansible_memfree_mb", "ansible_memory_mb", "ansible_swapfree_mb",
        "ansible_uptime_seconds",
    ]
    private static let changingMembers: Set<String> = [
        "block_available", "block_used", "size_available", "inode_available", "inode_used",
    ]

    private func isKept(_ name: String) -> Bool {
        Self.kept.contains {
            $0.name.hasSuffix("*") ? name.hasPrefix($0.name.dropLast()) : name == $0.name
        }
    }

    /// A value without the order of what has none, and without what is kept different or changes.
    private func comparable(_ value: JSON?) -> JSON? {
        switch value {
        case .array(let elements):
            return .array(elements.compactMap(comparable).sorted { $0.text < $1.text })
        case .object(let members):
            let left = members.members.filter { member in
                !Self.changingMembers.contains(member.key) && !Self.keptMembers.contains { $0.name == member.key }
            }
            return .object(JSONObject(left.sorted { $0.key < $1.key }.map { ($0.key, comparable($0.value) ?? .null) }))
        default: return value
        }
    }

    @Test @Peers func `every fact is the peer's, but for those that are kept different`() throws {
        let ours = try Facts.gather()
        let text = try Spawn.check(["ansible", "localhost", "-c", "local", "-m", "setup"]).outputText
        let after = try Facts.gather()
        let start = try #require(text.firstIndex(of: "{"))
        let theirs = try #require(try JSON(parsing: String(text[start...]))["ansible_facts"]?.object)
        #expect(theirs.count > 80)
        for name in Set(theirs.keys).union(ours.keys) where !isKept(name) && !Self.changing.contains(name) {
            // Links of tests that run beside this one come and go.
            if theirs[name]?["device"] != nil, name != "ansible_lo" { continue }
            if ["ansible_interfaces", "ansible_devices", "ansible_mounts", "ansible_device_links"].contains(name) {
                continue
            }
            if name.hasPrefix("ansible_all_ipv") { continue }
            #expect(comparable(ours[name]) == comparable(theirs[name]), "\(name)")
        }
        // What other tests change is the same at least where both have it.
        for list in ["ansible_mounts"] {
            let mine = ours[list]?.array ?? []
            for mount in theirs[list]?.array ?? [] {
                guard let same = mine.first(where: { $0["mount"] == mount["mount"] }) else { continue }
                #expect(comparable(same) == comparable(mount), "\(list)")
            }
        }
        for name in ["ansible_devices", "ansible_device_links"] {
            for (key, value) in theirs[name]?.object ?? JSONObject() {
                #expect(comparable(ours[name]?[key]) == comparable(value), "\(name): \(key)")
            }
        }
        for name in theirs["ansible_interfaces"]?.array?.compactMap(\.string) ?? [] {
            let key = "ansible_" + name.map { $0 == "-" ? "_" : String($0) }.joined()
            guard let mine = ours[key], mine == after[key] else { continue }
            #expect(comparable(mine) == comparable(theirs[key]), "\(key)")
        }
        for name in ["ansible_date_time", "ansible_loadavg", "ansible_memory_mb"] {
            #expect(Set(ours[name]?.object?.keys ?? []) == Set(theirs[name]?.object?.keys ?? []), "\(name)")
        }
        #expect(
            abs((ours["ansible_uptime_seconds"]?.integer ?? 0) - (theirs["ansible_uptime_seconds"]?.integer ?? 0)) < 60)
    }
}
