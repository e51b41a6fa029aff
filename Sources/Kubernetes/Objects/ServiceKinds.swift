internal import JSON

extension Kinds {
    /// Services.
    package static let service: Kind = {
        var kind = Kind("Service", "services")
        kind.shortNames = ["svc"]
        kind.categories = ["all"]
        kind.nameIsLabel = true
        kind.subresources = [Subresource("status", kind: "Service", reading)]
        kind.selectableFields = ["spec.clusterIP", "spec.type"]
        kind.columns = [
            Column("Name", format: "name"), Column("Type"), Column("Cluster-IP"), Column("External-IP"),
            Column("Port(s)"),
            Column("Age"), Column("Selector", wide: true),
        ]
        kind.cells = serviceCells
        kind.fillIn = { service in
            service.fill("spec", [:])
            service.edit("spec") { spec in
                spec.fill("type", "ClusterIP")
                spec.fill("sessionAffinity", "None")
                spec.editEach("ports") { port in
                    port.fill("protocol", "TCP")
                    if let number = port["port"] { port.fill("targetPort", number) }
                }
                guard spec["type"]?.string != "ExternalName" else { return }
                spec.fill("ipFamilies", ["IPv4"])
                spec.fill("ipFamilyPolicy", "SingleStack")
                spec.fill("internalTrafficPolicy", "Cluster")
            }
            service.fill("status", ["loadBalancer": [:]])
        }
        kind.validate = { service in
            let spec = service["spec"] ?? .null
            let types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]
            var errors = oneOf(spec["type"], types, at: "spec.type")
            let ports = spec["ports"]?.array ?? []
            if ports.isEmpty, spec["type"]?.string != "ExternalName", spec["clusterIP"]?.string != "None" {
                errors.append(.required("spec.ports"))
            }
            for (position, port) in ports.enumerated() {
                let number = port["port"] ?? 0
                if !(1...65_535).contains(number.integer ?? 0) {
                    errors.append(
                        .invalid("spec.ports[\(position)].port", number, "must be between 1 and 65535, inclusive"))
                }
                if ports.count > 1, (port["name"]?.string ?? "").isEmpty {
                    errors.append(.required("spec.ports[\(position)].name"))
                }
            }
            return errors
        }
        kind.validateUpdate = { new, old in
            guard let address = old[path: "spec", "clusterIP"]?.string, !address.isEmpty,
                new[path: "spec", "clusterIP"]?.string != address, new[path: "spec", "type"]?.string != "ExternalName"
            else { return [] }
            return [.invalid("spec.clusterIPs[0]", new[path: "spec", "clusterIP"] ?? .null, "may not change once set")]
        }
        return kind
    }()

    /// Endpoints.
    package static let endpoints: Kind = {
        var kind = Kind("Endpoints", "endpoints")
        kind.shortNames = ["ep"]
        kind.columns = [Column("Name", format: "name"), Column("Endpoints"), Column("Age")]
        kind.cells = { endpoints, now in
            let pairs = (endpoints["subsets"]?.array ?? []).flatMap { subset in
                (subset["ports"]?.array ?? [.null]).flatMap { port in
                    (subset["addresses"]?.array ?? []).map { address in
                        let ip = address["ip"]?.string ?? ""
                        return port["port"]?.integer.map { "\(ip):\($0)" } ?? ip
                    }
                }
            }
            let more = pairs.count > 3 ? " + \(pairs.count - 3) more..." : ""
            let text = pairs.isEmpty ? "<none>" : pairs.prefix(3).joined(separator: ",") + more
            return [.string(objectName(endpoints)), .string(text), .string(objectAge(endpoints, now))]
        }
        return kind
    }()
}

private func serviceCells(_ service: JSON, _ now: Timestamp) -> [JSON] {
    let spec = service["spec"] ?? .null
    let type = spec["type"]?.string ?? ""
    var external = (spec["externalIPs"]?.array ?? []).compactMap(\.string)
    external += (service[path: "status", "loadBalancer", "ingress"]?.array ?? [])
        .compactMap { $0["ip"]?.string ?? $0["hostname"]?.string }
    if let name = spec["externalName"]?.string, type == "ExternalName" { external = [name] }
    let ports = (spec["ports"]?.array ?? []).map { port in
        let node = port["nodePort"]?.integer ?? 0
        return "\(port["port"]?.integer ?? 0)\(node > 0 ? ":\(node)" : "")/\(port["protocol"]?.string ?? "")"
    }
    let selector = (spec["selector"]?.object ?? [:]).map { "\($0)=\($1.string ?? "")" }
    let address = spec["clusterIP"]?.string ?? ""
    return [
        .string(objectName(service)), .string(type), .string(address.isEmpty ? "<none>" : address),
        .string(!external.isEmpty ? external.joined(separator: ",") : type == "LoadBalancer" ? "<pending>" : "<none>"),
        .string(ports.isEmpty ? "<none>" : ports.joined(separator: ",")), .string(objectAge(service, now)),
        .string(selector.isEmpty ? "<none>" : selector.joined(separator: ",")),
    ]
}
