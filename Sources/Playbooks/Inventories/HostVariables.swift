internal import FoundationEssentials
package import JSON

extension Inventory {
    /// Names that mean this machine where the inventory does not have them.
    package static let localNames = ["127.0.0.1", "localhost", "::1"]

    /// The host of that name; for a name of this machine, the one that the inventory has under another such name, or one
    /// that no group holds and no inventory named.
    package func hostOrLocal(_ name: String) -> Host? {
        if let host = host(name) { return host }
        guard Self.localNames.contains(name) else { return nil }
        return hosts.first { Self.localNames.contains($0.name) }
            ?? Host(name, variables: ["ansible_connection": "local"])
    }

    /// A host's variables by Ansible's precedence: the inventory's for `all` and then for outer to inner groups; files for
    /// `all`, the inventory's below the playbook's; files for groups, likewise; the host's own, and files for it.
    package func variables(
        of name: String, inventoryFiles: VariableFiles = VariableFiles(), playbookFiles: VariableFiles = VariableFiles()
    ) -> JSONObject {
        let host = hostOrLocal(name) ?? Host(name)
        let groups = groups(of: host.name)
        let files = inventoryFiles.layers + playbookFiles.layers
        var merged = JSONObject()
        func take(_ layer: JSONObject?) { for (name, value) in layer ?? JSONObject() { merged[name] = value } }
        take(all.variables)
        for group in groups { take(group.variables) }
        for layer in files { take(layer.groups["all"]) }
        for layer in files { for group in groups { take(layer.groups[group.name]) } }
        for (name, value) in source(of: host) { merged[name] = value }
        take(host.variables)
        for layer in files { take(layer.hosts[host.name]) }
        merged["inventory_hostname"] = .string(host.name)
        merged["inventory_hostname_short"] = .string(
            HostAddress.isAddress(host.name)
                ? host.name : host.name.split(separator: ".").first.map(String.init) ?? host.name)
        merged["group_names"] = JSON(groups.map(\.name).sorted())
        return merged
    }

    private func source(of host: Host) -> JSONObject {
        guard let source = host.source else { return JSONObject() }
        let folder = source.lastIndex(of: "/").map { String(source[..<$0]) } ?? ""
        return ["inventory_file": .string(source), "inventory_dir": .string(folder)]
    }
}
