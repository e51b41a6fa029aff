internal import Addresses
internal import Diagnostics
internal import JSON
internal import YAML

/// What `defaults` says.
struct MachineDefaults {
    var image: Located<String>?
    var cpus: Located<Int>?
    var memory: Located<ByteCount>?
    var disk: Located<ByteCount>?

    init(_ section: Located<YAMLNode>?, into mistakes: Mistakes) {
        guard let section else { return }
        let reader = SectionReader(section.value, as: .defaults, into: mistakes)
        image = reader.value(MachineKeys.image)
        cpus = reader.value(MachineKeys.cpus)
        memory = reader.value(MachineKeys.memory)
        disk = reader.value(MachineKeys.disk)
    }
}

/// One entry of `machines` as the file has it, with places; nil is what was not given, or was wrong and reported.
struct MachineDraft {
    let name: Located<String>
    let count: Int?
    let address: Located<IPv4Address>?
    let role: Located<MachineRole>?
    let image: Located<String>?
    let cpus: Int
    let memory: Located<ByteCount>
    let disk: Located<ByteCount>
    let groups: [String]
    let vars: JSONObject
    /// Whether a value was given and did not fit, so that its absence here says nothing.
    let isFlawed: Bool
    let location: SourceLocation

    init?(_ node: YAMLNode, _ defaults: MachineDefaults, into mistakes: Mistakes) {
        guard node.mapping != nil else {
            mistakes.add(.notASection(title: Section.machine.title, kind: node.kind, node.location))
            return nil
        }
        let before = mistakes.all.count
        let reader = SectionReader(node, as: .machine, into: mistakes)
        let name = reader.required(MachineKeys.name)
        count = reader.value(MachineKeys.count)?.value
        address = reader.value(MachineKeys.address)
        role = reader.value(MachineKeys.role)
        image = reader.value(MachineKeys.image) ?? defaults.image
        cpus = (reader.value(MachineKeys.cpus) ?? defaults.cpus)?.value ?? 1
        memory = reader.value(MachineKeys.memory) ?? defaults.memory ?? Located(.gibibytes(1), at: node.location)
        disk = reader.value(MachineKeys.disk) ?? defaults.disk ?? Located(.gibibytes(10), at: node.location)
        groups = reader.value(MachineKeys.groups)?.value ?? []
        vars = reader.value(MachineKeys.vars)?.value.json.object ?? JSONObject()
        isFlawed = mistakes.all.count > before
        location = node.location
        guard let name else { return nil }
        self.name = name
    }

    /// The machines that this entry stands for.
    func expanded(into mistakes: Mistakes) -> [DraftedMachine] {
        guard let count else { return [DraftedMachine(name: name.value, address: address?.value, draft: self)] }
        let machines = (1...count).map { number in
            DraftedMachine(
                name: name.value + String(number), address: address?.value.advanced(by: number - 1), draft: self)
        }
        if let last = machines.last, last.name.utf8.count > 63 { mistakes.add(.nameTooLong(last.name, name.location)) }
        return machines
    }
}

/// One machine of a draft, before it is known to be valid.
struct DraftedMachine {
    let name: String
    let address: IPv4Address?
    let draft: MachineDraft
}
