internal import JSON

/// The mistakes of a pod's spec, alone or in a template.
func validatePodSpec(_ spec: JSON, at path: String) -> [FieldError] {
    var errors: [FieldError] = []
    let containers = spec["containers"]?.array ?? []
    if containers.isEmpty { errors.append(.required("\(path).containers")) }
    var names: Set<String> = []
    let volumes = spec["volumes"]?.array ?? []
    errors += validateVolumes(volumes, at: "\(path).volumes")
    let mountable = Set(volumes.compactMap { $0["name"]?.string })
    for list in ["containers", "initContainers"] {
        for (position, container) in (spec[list]?.array ?? []).enumerated() {
            let place = "\(path).\(list)[\(position)]"
            errors += validateContainer(container, at: place, mountable)
            if let name = container["name"], let text = name.string, !names.insert(text).inserted {
                errors.append(.duplicate("\(place).name", name))
            }
        }
    }
    errors += oneOf(spec["restartPolicy"], ["Always", "OnFailure", "Never"], at: "\(path).restartPolicy")
    errors += oneOf(
        spec["dnsPolicy"], ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"], at: "\(path).dnsPolicy")
    errors += atLeast(0, spec["terminationGracePeriodSeconds"], at: "\(path).terminationGracePeriodSeconds")
    errors += validateLabels(spec["nodeSelector"], at: "\(path).nodeSelector")
    for (position, toleration) in (spec["tolerations"]?.array ?? []).enumerated() {
        let place = "\(path).tolerations[\(position)]"
        errors += oneOf(toleration["operator"], ["Equal", "Exists", ""], at: "\(place).operator")
        errors += oneOf(
            toleration["effect"], ["NoSchedule", "PreferNoSchedule", "NoExecute", ""], at: "\(place).effect")
    }
    return errors
}

private func validateVolumes(_ volumes: [JSON], at path: String) -> [FieldError] {
    var errors: [FieldError] = []
    var names: Set<String> = []
    for (position, volume) in volumes.enumerated() {
        let place = "\(path)[\(position)]"
        let name = volume["name"]?.string ?? ""
        if name.isEmpty {
            errors.append(.required("\(place).name"))
        } else if !Names.isLabel(name) {
            errors.append(.invalid("\(place).name", .string(name), Names.labelRule))
        } else if !names.insert(name).inserted {
            errors.append(.duplicate("\(place).name", .string(name)))
        }
        if volume.object?.count ?? 0 > 2 {
            errors.append(.forbidden(place, "may not specify more than 1 volume type"))
        }
    }
    return errors
}

private func validateContainer(_ container: JSON, at path: String, _ mountable: Set<String>) -> [FieldError] {
    var errors: [FieldError] = []
    let name = container["name"]?.string ?? ""
    if name.isEmpty {
        errors.append(.required("\(path).name"))
    } else if !Names.isLabel(name) {
        errors.append(.invalid("\(path).name", .string(name), Names.labelRule))
    }
    if (container["image"]?.string ?? "").isEmpty { errors.append(.required("\(path).image")) }
    errors += oneOf(container["imagePullPolicy"], ["Always", "IfNotPresent", "Never"], at: "\(path).imagePullPolicy")
    errors += validatePorts(container["ports"]?.array ?? [], at: "\(path).ports")
    for (position, variable) in (container["env"]?.array ?? []).enumerated() {
        let name = variable["name"]?.string ?? ""
        if name.isEmpty { errors.append(.required("\(path).env[\(position)].name")) }
    }
    var paths: Set<String> = []
    for (position, mount) in (container["volumeMounts"]?.array ?? []).enumerated() {
        let place = "\(path).volumeMounts[\(position)]"
        let volume = mount["name"] ?? ""
        if !mountable.contains(volume.string ?? "") {
            errors.append(FieldError(reason: .invalid, field: "\(place).name", message: "Not found: \(volume.text)"))
        }
        if let path = mount["mountPath"], let text = path.string, !text.isEmpty {
            if !paths.insert(text).inserted { errors.append(.invalid("\(place).mountPath", path, "must be unique")) }
        } else {
            errors.append(.required("\(place).mountPath"))
        }
    }
    return errors + validateResources(container["resources"] ?? .null, at: "\(path).resources")
}

private func validatePorts(_ ports: [JSON], at path: String) -> [FieldError] {
    var errors: [FieldError] = []
    for (position, port) in ports.enumerated() {
        let place = "\(path)[\(position)]"
        for field in ["containerPort", "hostPort"] {
            guard let number = port[field] else {
                if field == "containerPort" { errors.append(.required("\(place).\(field)")) }
                continue
            }
            if !(1...65_535).contains(number.integer ?? 0) {
                errors.append(.invalid("\(place).\(field)", number, "must be between 1 and 65535, inclusive"))
            }
        }
        errors += oneOf(port["protocol"], ["SCTP", "TCP", "UDP"], at: "\(place).protocol")
    }
    return errors
}

private func validateResources(_ resources: JSON, at path: String) -> [FieldError] {
    var errors: [FieldError] = []
    for kind in ["limits", "requests"] {
        for (name, amount) in resources[kind]?.object ?? [:] {
            guard let quantity = Quantity(amount) else { continue }  // the type check has said so already
            let place = "\(path).\(kind)[\(name)]"
            if quantity.thousandths < 0 { errors.append(.invalid(place, amount, "must be greater than or equal to 0")) }
            if kind == "requests", let limit = resources[path: "limits", name], let most = Quantity(limit),
                quantity > most
            {
                errors.append(
                    .invalid(
                        "\(path).requests", amount,
                        "must be less than or equal to \(name) limit of \(limit.string ?? limit.text)"))
            }
        }
    }
    return errors
}
