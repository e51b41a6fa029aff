internal import Diagnostics

/// What can be wrong with what machines are made of and what is done on them.
enum SettingMistake: Error {
    case maximumBelow(String, maximum: String, start: String, SourceLocation)
    case tooManyPins(Int, maximum: Int, SourceLocation)
    case reservedDisk(String, SourceLocation)
    case sameDisk(String, machine: String, SourceLocation)
    case mountWithoutFileSystem(disk: String, SourceLocation)
    case systemMount(String, SourceLocation)
    case sameMount(String, machine: String, firstLine: Int, SourceLocation)
    case ninePWithoutKernel(image: String, SourceLocation)
    case noSuchPath(String, what: String, SourceLocation)
    case samePort(String, machine: String, other: String, SourceLocation)
    case portPastTheEnd(first: Int, machine: String, SourceLocation)
    case sameFile(String, machine: String, SourceLocation)
    case sameStep(String, SourceLocation)
    case sameDevice(PCIAddress, machine: String, other: String, SourceLocation)
    case malformedXML(String, SourceLocation)
    case unknownHypervisor(String, known: [String], SourceLocation)
    case sameHypervisor(String, SourceLocation)
    case unknownHost(String, group: String, known: [String], SourceLocation)
    case unknownGroup(String, known: [String], SourceLocation)
    case circularGroup([String], SourceLocation)
}

extension SettingMistake: Diagnosable {
    var diagnosis: Diagnosis {
        switch self {
        case .maximumBelow(let what, let maximum, let start, let place):
            Diagnosis(
                "the maximum of \(what) is \(maximum)", why: "the machine starts with \(start) already",
                fix: "set maximum to \(start) or more", at: place)
        case .tooManyPins(let pins, let maximum, let place):
            Diagnosis(
                "\(pins) virtual CPUs are pinned", why: "the machine has no more than \(maximum)",
                fix: "remove the last \(pins - maximum)", at: place)
        case .reservedDisk(let name, let place):
            Diagnosis(
                "a disk cannot be called '\(name)'", why: "each machine has one of that name already",
                fix: "choose another name", at: place)
        case .sameDisk(let name, let machine, let place):
            Diagnosis(
                "machine '\(machine)' has two disks called '\(name)'", why: "a disk is known by its name",
                fix: "rename one of them", at: place)
        case .mountWithoutFileSystem(let disk, let place):
            Diagnosis(
                "the disk '\(disk)' cannot be mounted", why: "'filesystem: none' leaves it unformatted",
                fix: "remove 'mount', or choose a file system", at: place)
        case .systemMount(let path, let place):
            Diagnosis(
                "nothing can be mounted at \(path)", why: "the machine's system is there",
                fix: "choose another folder, such as /srv/data", at: place)
        case .sameMount(let path, let machine, let firstLine, let place):
            Diagnosis(
                "machine '\(machine)' mounts two things at \(path)", why: "line \(firstLine) has the other one",
                fix: "choose another folder for one of them", at: place)
        case .ninePWithoutKernel(let image, let place):
            Diagnosis(
                "the image '\(image)' cannot mount 9p", why: "its kernel has no 9p", fix: "write 'driver: virtiofs'",
                at: place)
        case .noSuchPath(let path, let what, let place):
            Diagnosis(
                "there is no \(what) '\(path)'",
                why: path.hasPrefix("/")
                    ? "this host has none of that name"
                    : "no such \(what == "folder" ? what : "file") is in the Clusterfile's folder",
                fix: path.hasPrefix("/") ? "correct the path" : "correct the path, which starts at that folder",
                at: place)
        case .sameFile(let path, let machine, let place):
            Diagnosis(
                "two files go to \(path) of machine '\(machine)'", why: "one would take the place of the other",
                fix: "keep one of them", at: place)
        case .sameStep(let name, let place):
            Diagnosis(
                "two steps of a machine are called '\(name)'", why: "whether a step was done is kept under its name",
                fix: "rename one of them", at: place)
        case .malformedXML(let problem, let place):
            Diagnosis(
                "this is no XML that can be merged over a machine's", why: problem,
                fix: "write well-formed XML with the root '<domain>'", at: place)
        default: outsideDiagnosis
        }
    }

    /// About what machines share: the host and its ports, devices and libvirts, and the inventory.
    private var outsideDiagnosis: Diagnosis {
        switch self {
        case .samePort(let port, let machine, let other, let place):
            Diagnosis(
                "machine '\(machine)' wants this host's port \(port)",
                why: machine == other ? "it has that port already" : "machine '\(other)' has it already",
                fix: "choose another port", at: place)
        case .portPastTheEnd(let first, let machine, let place):
            Diagnosis(
                "machine '\(machine)' has no port of this host", why: "counting up from \(first) leads past 65535",
                fix: "begin with a smaller one, or lower 'count'", at: place)
        case .sameDevice(let device, let machine, let other, let place):
            Diagnosis(
                "machine '\(machine)' wants the device \(device)",
                why: machine == other ? "it has that device already" : "machine '\(other)' has it for itself",
                fix: "give it to one of them", at: place)
        case .unknownHypervisor(let name, let known, let place):
            Diagnosis(
                "there is no hypervisor '\(name)'",
                why: known.isEmpty
                    ? "'hypervisors' is not there" : "'hypervisors' has \(known.joined(separator: ", "))",
                fix: nearestName(to: name, among: known).map { "did you mean '\($0)'?" } ?? "add it to 'hypervisors'",
                at: place)
        case .sameHypervisor(let name, let place):
            Diagnosis(
                "two hypervisors are called '\(name)'", why: "machines name them by it", fix: "rename one of them",
                at: place)
        case .unknownHost(let name, let group, let known, let place):
            Diagnosis(
                "the group '\(group)' names the machine '\(name)'",
                why: "the machines are \(known.joined(separator: ", "))",
                fix: nearestName(to: name, among: known).map { "did you mean '\($0)'?" } ?? "name one of them",
                at: place)
        case .unknownGroup(let name, let known, let place):
            Diagnosis(
                "there is no group '\(name)'", why: "the groups are \(known.joined(separator: ", "))",
                fix: nearestName(to: name, among: known).map { "did you mean '\($0)'?" } ?? "add it to 'groups'",
                at: place)
        case .circularGroup(let names, let place):
            Diagnosis(
                "the group '\(names[0])' is within itself", why: "\(names.joined(separator: " has "))",
                fix: "remove one of these from 'children'", at: place)
        default: preconditionFailure("the other cases are told above")
        }
    }
}
