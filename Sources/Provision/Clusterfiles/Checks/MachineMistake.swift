internal import Addresses
internal import Diagnostics

/// What can be wrong with who machines are and where: names, addresses, images, roles.
enum MachineMistake: Error {
    case noAddress(machine: String, free: IPv4Address?, SourceLocation)
    case noImage(machine: String, known: [String], SourceLocation)
    case unknownImage(String, known: [String], SourceLocation)
    case memoryTooSmall(ByteCount, minimum: ByteCount, SourceLocation)
    case diskTooSmall(ByteCount, image: String, minimum: ByteCount, SourceLocation)
    case nameTooLong(String, SourceLocation)
    case patternWithoutCount(String, SourceLocation)
    case sameName(String, firstLine: Int, SourceLocation)
    case sameAddress(IPv4Address, machine: String, other: String, firstLine: Int, free: IPv4Address?, SourceLocation)
    case outsideNetwork(IPv4Address, machine: String, IPv4Network, SourceLocation)
    case countedPastTheEnd(first: IPv4Address, machine: String, SourceLocation)
    case reservedAddress(IPv4Address, machine: String, whose: String, free: IPv4Address?, SourceLocation)
    case sameMAC(MACAddress, machine: String, other: String, SourceLocation)
    case macPastTheEnd(MACAddress, machine: String, SourceLocation)
    case severalMasters([String], SourceLocation)
    case noMaster(node: String, SourceLocation)
    case nativeFromElsewhere(image: String, SourceLocation)
    case userDataUnread(machine: String, SourceLocation)
    case userDataUnmarked(SourceLocation)
}

extension MachineMistake: Diagnosable {
    var diagnosis: Diagnosis {
        switch self {
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
                fix: nearestName(to: name, among: known).map { "did you mean '\($0)'?" }
                    ?? (known.isEmpty
                        ? "build it with 'clusterfile image build \(name)'" : "name one of the catalogue"),
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
                why: "it has \(name.utf8.count) characters, and 63 is the most", fix: "shorten 'name'", at: place)
        case .patternWithoutCount(let name, let place):
            Diagnosis(
                "the name '\(name)' has a place for a number", why: "only machines with 'count' have one",
                fix: "add 'count', or remove the braces", at: place)
        case .sameName(let name, let firstLine, let place):
            Diagnosis(
                "two machines are called '\(name)'", why: "line \(firstLine) has the other one",
                fix: "rename one of them", at: place)
        case .severalMasters(let names, let place):
            Diagnosis(
                "\(names.count) machines are masters (\(names.joined(separator: ", ")))",
                why: "a cluster with several masters is not supported yet", fix: "keep one with 'role: master'",
                at: place)
        case .noMaster(let node, let place):
            Diagnosis(
                "no machine is the master", why: "nodes such as '\(node)' need one to belong to",
                fix: "give one machine 'role: master'", at: place)
        case .nativeFromElsewhere(let image, let place):
            Diagnosis(
                "the image '\(image)' does not know 'firstboot: native'",
                why: "only images of the project's own recipes read that seed", fix: "write 'firstboot: cloud-init'",
                at: place)
        case .userDataUnread(let machine, let place):
            Diagnosis(
                "nobody reads the user data of machine '\(machine)'", why: "its image starts without cloud-init",
                fix: "use 'provision' or 'files', or an image with 'firstboot: cloud-init'", at: place)
        case .userDataUnmarked(let place):
            Diagnosis(
                "cloud-init does not know this user data", why: "it begins neither with '#cloud-config' nor with '#!'",
                fix: "begin it with a line '#cloud-config'", at: place)
        default: addressDiagnosis
        }
    }

    private var addressDiagnosis: Diagnosis {
        switch self {
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
        case .countedPastTheEnd(let first, let machine, let place):
            Diagnosis(
                "machine '\(machine)' has no address", why: "counting up from \(first) leads past the last address",
                fix: "begin with a smaller one, or lower 'count'", at: place)
        case .reservedAddress(let address, let machine, let whose, let free, let place):
            Diagnosis(
                "machine '\(machine)' has the address \(address)", why: "that is \(whose)",
                fix: free.map { "choose another, such as \($0)" } ?? "choose another", at: place)
        case .sameMAC(let mac, let machine, let other, let place):
            Diagnosis(
                "a card of machine '\(machine)' has the address \(mac)",
                why: machine == other ? "another card of it has it" : "a card of machine '\(other)' has it",
                fix: "choose another, or remove 'mac'", at: place)
        case .macPastTheEnd(let mac, let machine, let place):
            Diagnosis(
                "a card of machine '\(machine)' has no address",
                why: "counting up from \(mac) leaves its maker's range",
                fix: "begin with a smaller one, or remove 'mac'", at: place)
        default: preconditionFailure("the other cases are told above")
        }
    }
}
