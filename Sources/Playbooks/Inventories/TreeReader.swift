internal import Diagnostics
internal import JSON
internal import YAML

/// Reads an inventory from a YAML (or JSON) tree: groups with `hosts`, `vars` and `children`; every mistake at once.
struct TreeReader {
    private let source: String?
    private var inventory: Inventory
    private var problems: [Diagnosis] = []
    /// What Ansible leaves out with a warning.
    private var warnings: [Diagnosis] = []

    private init(_ source: String?, _ inventory: Inventory) {
        self.source = source
        self.inventory = inventory
    }

    static func read(_ node: YAMLNode, source: String?, into inventory: inout Inventory) throws(Diagnoses)
        -> [Diagnosis]
    {
        guard let groups = node.mapping else {
            let problem = InventoryError.wrongShape(
                what: "an inventory", wanted: "a mapping of groups", found: node.kind, at: node.location)
            throw Diagnoses([problem.diagnosis])
        }
        if let plugin = node["plugin"], let name = plugin.text {
            throw Diagnoses([InventoryError.plugin(name, at: plugin.location).diagnosis])
        }
        var reader = TreeReader(source, inventory)
        for entry in groups { reader.group(entry.key.name, entry.value) }
        if !reader.problems.isEmpty { throw Diagnoses(reader.problems) }
        inventory = reader.inventory
        return reader.warnings
    }

    private mutating func group(_ name: String, _ node: YAMLNode) {
        guard node.mapping != nil || node.json.isNull else {
            warnings.append(Diagnosis("'\(name)' is left out", why: "a group is a mapping", at: node.location))
            return
        }
        inventory.add(Inventory.Group(name))
        for entry in node.mapping ?? [] {
            switch entry.key.name {
            case "vars":
                for variable in entries(entry, of: name) {
                    inventory.add(Inventory.Group(name, variables: [variable.key.name: variable.value.json]))
                }
            case "children":
                for child in entries(entry, of: name) {
                    group(child.key.name, child.value)
                    addChild(child.key, to: name)
                }
            case "hosts": for host in entries(entry, of: name) { add(host, to: name) }
            default:
                warnings.append(
                    Diagnosis(
                        "'\(entry.key.name)' of the group '\(name)' is left out",
                        why: "a group has 'hosts', 'vars' and 'children'", at: entry.key.location))
            }
        }
    }

    /// A section's entries; a lone string is a name without anything more.
    private mutating func entries(_ section: YAMLNode.Entry, of group: String) -> [YAMLNode.Entry] {
        if let entries = section.value.mapping { return entries }
        switch section.value.json {
        case .null: return []
        case .string:
            let nothing = YAMLNode(.scalar(.init(text: "", isPlain: true)), at: section.value.location)
            return [YAMLNode.Entry(key: section.value, value: nothing)]
        default:
            problems.append(
                InventoryError.wrongShape(
                    what: "'\(section.key.name)' of the group '\(group)'", wanted: "a mapping",
                    found: section.value.kind,
                    at: section.value.location
                ).diagnosis)
            return []
        }
    }

    private mutating func addChild(_ child: YAMLNode, to parent: String) {
        guard inventory.group(child.name) != nil else { return }
        if inventory.groupsAround([parent]).contains(child.name) {
            problems.append(InventoryError.circle(child.name, at: child.location).diagnosis)
        } else {
            inventory.add(Inventory.Group(parent, children: [child.name]))
        }
    }

    private mutating func add(_ host: YAMLNode.Entry, to group: String) {
        let value = host.value.json
        guard value.isNull || value.object != nil || value == "" else {
            problems.append(
                InventoryError.wrongShape(
                    what: "the host '\(host.key.name)'", wanted: "a mapping of its variables", found: host.value.kind,
                    at: host.value.location
                ).diagnosis)
            return
        }
        guard case .string(let pattern) = host.key.json, !pattern.isEmpty else {
            problems.append(
                InventoryError.wrongShape(
                    what: "a host's name", wanted: "a string, in quotes where it looks like something else",
                    found: host.key.kind, at: host.key.location
                ).diagnosis)
            return
        }
        let (names, port) = HostAddress.parts(of: pattern)
        var variables = port.map { JSONObject([("ansible_port", JSON($0))]) } ?? JSONObject()
        for (name, value) in value.object ?? JSONObject() { variables[name] = value }
        do throws(InventoryError) {
            for name in try HostRange.expand(names, host.key.location) {
                inventory.add(Inventory.Host(name, variables: variables, source: source))
                inventory.add(Inventory.Group(group, hosts: [name]))
            }
        } catch {
            problems.append(error.diagnosis)
        }
    }
}
