internal import Diagnostics

/// Names are unique over the whole file.
func checkNames(_ machines: [DraftedMachine], into mistakes: Mistakes) {
    var lines: [String: Int] = [:]
    for machine in machines {
        let place = machine.draft.name.location
        if let first = lines[machine.name] {
            mistakes.add(MachineMistake.sameName(machine.name, firstLine: first, place))
        } else {
            lines[machine.name] = place.line
        }
    }
}

/// Nodes have a master, and exactly one.
func checkRoles(_ machines: [DraftedMachine], into mistakes: Mistakes) {
    let masters = machines.filter { $0.draft.role?.value == .master }
    if masters.count > 1, let place = masters.last?.draft.role?.location {
        mistakes.add(MachineMistake.severalMasters(masters.map(\.name), place))
    }
    if masters.isEmpty, !machines.contains(where: { $0.draft.isFlawed }),
        let node = machines.first(where: { $0.draft.role?.value == .node }), let place = node.draft.role?.location
    {
        mistakes.add(MachineMistake.noMaster(node: node.name, place))
    }
}

/// Every machine has an image that there is, is large enough for it, and starts as the image can.
func checkImages(_ machines: [DraftedMachine], _ surroundings: Surroundings, into mistakes: Mistakes) {
    let known = surroundings.images.map(\.name).sorted()
    for machine in machines {
        let draft = machine.draft
        guard let image = draft.settings.image else {
            if !draft.isFlawed {
                mistakes.add(MachineMistake.noImage(machine: draft.name.value.text, known: known, draft.name.location))
            }
            continue
        }
        checkFirstBoot(of: machine, image.value, surroundings, into: mistakes)
        switch image.value {
        case .download: continue
        case .file(let path, _):
            if !surroundings.fileExists(path) {
                mistakes.add(SettingMistake.noSuchPath(path, what: "disk image", image.location))
            }
        case .catalogue(let name):
            guard let image = surroundings.image(named: name) else {
                mistakes.add(MachineMistake.unknownImage(name, known: known, image.location))
                continue
            }
            checkRoom(of: machine, image, into: mistakes)
        }
    }
}

private func checkRoom(of machine: DraftedMachine, _ image: Surroundings.Image, into mistakes: Mistakes) {
    let (memory, disk) = (machine.memory.size, machine.disk.size)
    if memory.value < image.minimumMemory {
        mistakes.add(MachineMistake.memoryTooSmall(memory.value, minimum: image.minimumMemory, memory.location))
    }
    if disk.value < image.diskSize {
        mistakes.add(
            MachineMistake.diskTooSmall(disk.value, image: image.name, minimum: image.diskSize, disk.location))
    }
    for share in machine.shares where share.value.driver?.value == .ninep && !image.has9P {
        mistakes.add(
            SettingMistake.ninePWithoutKernel(image: image.name, share.value.driver?.location ?? share.location))
    }
}

private func checkFirstBoot(
    of machine: DraftedMachine, _ image: MachineSpec.Image, _ surroundings: Surroundings, into mistakes: Mistakes
) {
    if let asked = machine.settings.firstBoot, asked.value == .native, !surroundings.isNative(image) {
        mistakes.add(MachineMistake.nativeFromElsewhere(image: "\(image)", asked.location))
    }
    guard let userData = machine.settings.userData else { return }
    if machine.firstBoot(surroundings) == .native {
        mistakes.add(MachineMistake.userDataUnread(machine: machine.name, userData.location))
    } else if !userData.value.hasPrefix("#cloud-config"), !userData.value.hasPrefix("#!") {
        mistakes.add(MachineMistake.userDataUnmarked(userData.location))
    }
}

extension DraftedMachine {
    /// How it starts for the first time.
    func firstBoot(_ surroundings: Surroundings) -> FirstBootChoice {
        if let asked = settings.firstBoot { return asked.value }
        return settings.image.map { surroundings.isNative($0.value) } ?? true ? .native : .cloudInit
    }
}

extension Surroundings {
    /// The image of the catalogue of that name.
    func image(named name: String) -> Image? { images.first { $0.name == name } }

    /// Whether an image is of the project's own recipes; what is not known counts as one, since that is said elsewhere.
    func isNative(_ image: MachineSpec.Image) -> Bool {
        guard case .catalogue(let name) = image else { return false }
        return self.image(named: name)?.isNative ?? true
    }
}
