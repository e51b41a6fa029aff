internal import JSON
internal import Objects

/// Which groups, versions and resources there are, as clients discover them.
enum Discovery {
    static let coreVersions: JSON = [
        "kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [],
    ]

    static var groups: JSON {
        let named = Kinds.groups.filter { !$0.group.isEmpty }
        return [
            "kind": "APIGroupList", "apiVersion": "v1", "groups": .array(named.map { group($0.group, $0.version) }),
        ]
    }

    static func group(_ name: String) -> JSON? {
        guard !name.isEmpty, let found = Kinds.groups.first(where: { $0.group == name }) else { return nil }
        var page = group(found.group, found.version)
        page["kind"] = "APIGroup"
        page["apiVersion"] = "v1"
        return page
    }

    private static func group(_ name: String, _ version: String) -> JSON {
        let version: JSON = ["groupVersion": .string("\(name)/\(version)"), "version": .string(version)]
        return ["name": .string(name), "versions": [version], "preferredVersion": version]
    }

    static func resources(group: String, version: String) -> JSON? {
        guard Kinds.groups.contains(where: { $0.group == group && $0.version == version }) else { return nil }
        var resources = Kinds.all.filter { $0.group == group && $0.version == version }.flatMap(resources(of:))
        if group == "authorization.k8s.io" {
            for kind in ["SelfSubjectAccessReview", "SelfSubjectRulesReview"] {
                let name = kind.lowercased()
                resources.append([
                    "name": .string(name + "s"), "singularName": .string(name), "namespaced": false,
                    "kind": .string(kind),
                    "verbs": ["create"],
                ])
            }
        }
        return [
            "kind": "APIResourceList", "apiVersion": "v1",
            "groupVersion": .string(group.isEmpty ? version : "\(group)/\(version)"), "resources": .array(resources),
        ]
    }

    private static func resources(of kind: Kind) -> [JSON] {
        var own: JSON = [
            "name": .string(kind.plural), "singularName": .string(kind.singular),
            "namespaced": .bool(kind.isNamespaced),
            "kind": .string(kind.name), "verbs": JSON(Kind.verbs),
        ]
        if !kind.shortNames.isEmpty { own["shortNames"] = JSON(kind.shortNames) }
        if !kind.categories.isEmpty { own["categories"] = JSON(kind.categories) }
        return [own]
            + kind.subresources.filter { !unserved.contains($0.name) }.map { subresource in
                var entry: JSON = [
                    "name": .string("\(kind.plural)/\(subresource.name)"), "singularName": "",
                    "namespaced": .bool(kind.isNamespaced), "kind": .string(subresource.kind),
                    "verbs": JSON(subresource.verbs),
                ]
                if let group = subresource.group { entry["group"] = .string(group) }
                if let version = subresource.version { entry["version"] = .string(version) }
                return entry
            }
    }

    /// Streams that have no answer yet are not offered.
    private static let unserved = ["attach", "exec", "portforward"]
}
