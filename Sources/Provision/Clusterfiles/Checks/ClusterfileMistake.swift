internal import Addresses
internal import Diagnostics

/// What can be wrong with a Clusterfile that is YAML.
enum ClusterfileMistake: Error {
    case notASection(title: String, kind: String, SourceLocation)
    case unknownKey(String, Section, SourceLocation)
    case missingKey(String, example: String, Section, SourceLocation)
    case misfit(String, _ wants: String, _ example: String, Complaint, kind: String, SourceLocation)
    case noAddress(machine: String, free: IPv4Address?, SourceLocation)
    case noImage(machine: String, known: [String], SourceLocation)
    case unknownImage(String, known: [String], SourceLocation)
    case memoryTooSmall(ByteCount, minimum: ByteCount, SourceLocation)
    case diskTooSmall(ByteCount, image: String, minimum: ByteCount, SourceLocation)
    case nameTooLong(String, SourceLocation)
    case sameName(String, firstLine: Int, SourceLocation)
    case sameAddress(IPv4Address, machine: String, other: String, firstLine: Int, free: IPv4Address?, SourceLocation)
    case outsideNetwork(IPv4Address, machine: String, IPv4Network, SourceLocation)
    case reservedAddress(IPv4Address, machine: String, whose: String, free: IPv4Address?, SourceLocation)
    case networkOverlaps(IPv4Network, IPv4Network, whose: String, SourceLocation)
    case severalMasters([String], SourceLocation)
    case noMaster(node: String, SourceLocation)
    case noPlaybook(String, SourceLocation)
}

extension ClusterfileMistake: Diagnosable {
    var diagnosis: Diagnosis {
        switch self {
        case .notASection(let title, let kind, let place):
            Diagnosis(
                "\(title) has keys and values", why: "this is \(kind)", fix: "write it as 'key: value' lines", at: place
            )
        case .unknownKey(let name, let section, let place): Self.unknownKey(name, section, place)
        case .missingKey(let name, let example, let section, let place):
            Diagnosis(
                "\(section.title) needs '\(name)'", why: "there is none here",
                fix: "add '\(name): \(example)', for example", at: place)
        case .misfit(let key, let wants, let example, let complaint, let kind, let place):
            Self.misfit(key, wants, example, complaint, kind, place)
        case .noAddress(let machine, let free, let place):
            Diagnosis(
                "machine '\(machine)' has no address", why: "addresses are decided before a machine starts",
                fix: free.map { "add 'address: \($0)', which is free" } ?? "add 'address:'", at: place)
        case .noImage(let machine, let known, let place):
            Diagnosis(
                "machine '\(machine)' has no image", why: "neither it nor 'defaults' names one",
                fix: "add 'image: \(known.first ?? "debian-12")' to 'defaults'", at: place)
        case .unknownImage(let name, let known, let place):
            Diagnosis(
                "there is no image '\(name)'",
                why: known.isEmpty ? "the catalogue is empty" : "the catalogue has \(known.joined(separator: ", "))",
                fix: nearestName(to: name, among: known).map { "did you mean '\($0)'?" } ?? "name one of the catalogue",
                at: place)
        case .memoryTooSmall(let asked, let minimum, let place):
            Diagnosis(
                "a machine with \(asked) of memory does not boot", why: "the image needs at least \(minimum)",
                fix: "set memory to \(minimum) or more", at: place)
        case .diskTooSmall(let asked, let image, let minimum, let place):
            Diagnosis(
                "a disk of \(asked) is too small", why: "the image '\(image)' fills \(minimum)",
                fix: "set disk to \(minimum) or more", at: place)
        case .nameTooLong(let name, let place):
            Diagnosis(
                "the machine's name '\(name)' is too long",
                why: "it has \(name.utf8.count) characters, and 63 is the most",
                fix: "shorten 'name'", at: place)
        case .sameName(let name, let firstLine, let place):
            Diagnosis(
                "two machines are called '\(name)'", why: "line \(firstLine) has the other one",
                fix: "rename one of them",
                at: place)
        case .sameAddress(let address, let machine, let other, let firstLine, let free, let place):
            Diagnosis(
                "machine '\(machine)' has the address \(address) of machine '\(other)'",
                why: "line \(firstLine) gives it to that one",
                fix: free.map { "choose another, such as \($0)" } ?? "choose another", at: place)
        case .outsideNetwork(let address, let machine, let network, let place):
            Diagnosis(
                "machine '\(machine)' has the address \(address)", why: "that is outside the network \(network)",
                fix:
                    "choose one from \(network.host.advanced(by: 1) ?? network.host) to \(network.broadcast.advanced(by: -1) ?? network.host)",
                at: place)
        case .reservedAddress(let address, let machine, let whose, let free, let place):
            Diagnosis(
                "machine '\(machine)' has the address \(address)", why: "that is \(whose)",
                fix: free.map { "choose another, such as \($0)" } ?? "choose another", at: place)
        case .networkOverlaps(let network, let other, let whose, let place):
            Diagnosis(
                "the network \(network) overlaps \(other)", why: "\(whose) have addresses there",
                fix: "choose another range, such as 192.168.56.0/24", at: place)
        case .severalMasters(let names, let place):
            Diagnosis(
                "\(names.count) machines are masters (\(names.joined(separator: ", ")))",
                why: "a cluster with several masters is not supported yet", fix: "keep one with 'role: master'",
                at: place)
        case .noMaster(let node, let place):
            Diagnosis(
                "no machine is the master", why: "nodes such as '\(node)' need one to belong to",
                fix: "give one machine 'role: master'", at: place)
        case .noPlaybook(let path, let place):
            Diagnosis(
                "there is no playbook '\(path)'", why: "no such file is in the Clusterfile's folder",
                fix: "correct the path, which starts at that folder", at: place)
        }
    }

    private static func unknownKey(_ name: String, _ section: Section, _ place: SourceLocation) -> Diagnosis {
        let what = "unknown key '\(name)'"
        let homes = Section.all.filter { $0.names.contains(name) }.map(\.title)
        if !homes.isEmpty {
            return Diagnosis(
                what, why: "it is a key of \(homes.joined(separator: " and of "))", fix: "move it there", at: place)
        }
        let names = section.names.joined(separator: ", ")
        let several = section.names.count > 1
        let fix = nearestName(to: name, among: section.names).map { "did you mean '\($0)'?" }
        return Diagnosis(
            what,
            why: several ? "the keys of \(section.title) are \(names)" : "the only key of \(section.title) is \(names)",
            fix: fix ?? "use \(several ? "one of them" : "that one"), or remove it", at: place)
    }

    private static func misfit(
        _ key: String, _ wants: String, _ example: String, _ complaint: Complaint, _ kind: String,
        _ place: SourceLocation
    ) -> Diagnosis {
        let (why, instead) =
            switch complaint {
            case .wrongType: ("this is \(kind)", example)
            case .wrongValue(let why, let instead): (why, instead ?? example)
            }
        return Diagnosis(
            "\(key) wants \(wants)", why: why,
            fix: "write '\(key): \(instead)'\(instead == example ? ", for example" : "")", at: place)
    }
}
