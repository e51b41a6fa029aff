internal import Diagnostics

/// What is on the host and the file names: shared folders, files, scripts, playbooks, and XML.
func checkPaths(
    _ machines: [DraftedMachine], steps: [Located<ProvisionStepDraft>], playbook: Located<String>?,
    _ surroundings: Surroundings, into mistakes: Mistakes
) {
    func require(file path: String, _ what: String, _ place: SourceLocation) {
        if !surroundings.fileExists(path) { mistakes.add(SettingMistake.noSuchPath(path, what: what, place)) }
    }
    if let playbook { require(file: playbook.value, "playbook", playbook.location) }
    for step in steps + machines.flatMap(\.draft.provision) {
        switch step.value.work.value {
        case .playbook(let path): require(file: path, "playbook", step.value.work.location)
        case .script(let path, _): require(file: path, "script", step.value.work.location)
        case .shell: continue
        }
    }
    for machine in machines {
        for share in machine.shares.map(\.value.host) where !surroundings.folderExists(share.value) {
            mistakes.add(SettingMistake.noSuchPath(share.value, what: "folder", share.location))
        }
        for file in machine.files.map(\.value.contents) {
            if case .file(let path) = file.value { require(file: path, "file", file.location) }
        }
    }
}

/// No two files have one destination, and no two steps one name.
func checkFilesAndSteps(
    _ machines: [DraftedMachine], steps: [Located<ProvisionStepDraft>], into mistakes: Mistakes
) {
    for machine in machines {
        var destinations: Set<String> = []
        for file in machine.files.map(\.value.destination) where !destinations.insert(file.value).inserted {
            mistakes.add(SettingMistake.sameFile(file.value, machine: machine.name, file.location))
        }
        checkNames(of: machine.draft.provision, besides: steps.specs().map(\.name), into: mistakes)
    }
    checkNames(of: steps, besides: [], into: mistakes)
}

private func checkNames(
    of steps: [Located<ProvisionStepDraft>], besides others: [String], into mistakes: Mistakes
) {
    var names = Set(others)
    for name in steps.compactMap(\.value.name) where !names.insert(name.value).inserted {
        mistakes.add(SettingMistake.sameStep(name.value, name.location))
    }
}

/// What is merged over a machine's XML is XML.
func checkOverlays(
    _ machines: [DraftedMachine], _ source: SourceText, _ surroundings: Surroundings, into mistakes: Mistakes
) {
    for xml in machines.compactMap(\.settings.xml) {
        guard let fault = surroundings.xmlFault(xml.value) else { continue }
        mistakes.add(
            SettingMistake.malformedXML(
                fault.problem,
                source.place(line: fault.line, column: fault.column, of: xml.value, from: xml.location)))
    }
}

/// Hypervisors are known by their names.
func checkHypervisors(_ machines: [DraftedMachine], _ hypervisors: [HypervisorDraft], into mistakes: Mistakes) {
    var known: Set<String> = []
    for hypervisor in hypervisors where !known.insert(hypervisor.name.value).inserted {
        mistakes.add(SettingMistake.sameHypervisor(hypervisor.name.value, hypervisor.name.location))
    }
    for name in machines.compactMap(\.draft.hypervisor) where !known.contains(name.value) {
        mistakes.add(SettingMistake.unknownHypervisor(name.value, known: known.sorted(), name.location))
    }
}

/// Groups have machines and groups that there are, and none is within itself.
func checkGroups(_ groups: [Named<GroupDraft>], _ machines: [DraftedMachine], into mistakes: Mistakes) {
    let hosts = machines.map(\.name)
    var known = Set(groups.map(\.name.value)).union(machines.flatMap(\.draft.groups))
    known.formUnion(ClusterSpec.roleGroups)
    for group in groups {
        for host in group.value.value.hosts where !hosts.contains(host.value) {
            mistakes.add(
                SettingMistake.unknownHost(host.value, group: group.name.value, known: hosts, host.location))
        }
        for child in group.value.value.children where !known.contains(child.value) {
            mistakes.add(SettingMistake.unknownGroup(child.value, known: known.sorted(), child.location))
        }
    }
    let children = Dictionary(
        groups.map { ($0.name.value, $0.value.value.children.map(\.value)) }, uniquingKeysWith: { first, _ in first })
    for group in groups {
        if let circle = circle(from: group.name.value, children) {
            mistakes.add(SettingMistake.circularGroup(circle, group.name.location))
            return
        }
    }
}

/// The way from a group back to itself, or nil.
private func circle(from start: String, _ children: [String: [String]]) -> [String]? {
    var seen: Set<String> = []
    func way(_ name: String) -> [String]? {
        for child in children[name] ?? [] {
            if child == start { return [name, start] }
            if seen.insert(child).inserted, let rest = way(child) { return [name] + rest }
        }
        return nil
    }
    return way(start)
}
