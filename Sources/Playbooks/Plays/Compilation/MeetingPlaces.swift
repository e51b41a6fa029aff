internal import Bundles
internal import JSON

/// Before which tasks the machines of a batch have to meet: where what others have done before shows.
struct MeetingPlaces {
    /// Names whose values are made of other machines' variables, or of who still takes part.
    private let telling: Set<String>

    private static let own: Set<String> = [
        "hostvars", "ansible_play_hosts", "ansible_play_batch", "play_hosts", "ansible_play_hosts_all",
    ]

    /// The same of the groups, where tasks add to them.
    static let ofGroups: Set<String> = ["groups", "inventory_hostnames"]

    /// Looks through layers of variables for those that lead to others' in one step or several.
    init(variables layers: [JSONObject], _ more: Set<String>) {
        var telling = Self.own.union(more)
        let texts = layers.flatMap { layer in
            layer.members.filter { [telling] in !telling.contains($0.key) }.map {
                ($0.key, Self.words(of: $0.value.text))
            }
        }
        while true {
            let more = texts.filter { !telling.contains($0.0) && !telling.isDisjoint(with: $0.1) }.map(\.0)
            if more.isEmpty { break }
            telling.formUnion(more)
        }
        self.telling = telling
    }

    func isMet(before task: BundledTask, of source: PlayTask) -> Bool {
        if task.delegateTo != nil || task.runsOnce != false || task.isDoneOnce { return true }
        var text = task
        text.inclusions = [:]
        return !telling.isDisjoint(with: Self.words(of: text.json.text))
    }

    /// What could be a name in a text.
    private static func words(of text: String) -> Set<String> {
        Set(
            text.utf8.split { byte in
                !(byte >= 0x61 && byte <= 0x7A || byte >= 0x41 && byte <= 0x5A || byte >= 0x30 && byte <= 0x39
                    || byte == 0x5F)
            }.map { String(decoding: $0, as: UTF8.self) })
    }
}
