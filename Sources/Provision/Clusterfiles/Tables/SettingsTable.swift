internal import Addresses

/// The keys of a port forward.
enum PortKeys {
    static let host = Key("host", .port, "The port of this host.", isRequired: true)
    static let guest = Key("guest", .port, "The port in the machine.", isRequired: true)
    static let address = Key(
        "address", .address(example: "127.0.0.1"),
        "The address of this host that is listened on; 0.0.0.0 is all of them.",
        fallback: "127.0.0.1")
    static let transport = Key(
        "protocol", Shape<MachineSpec.PortForward.TransportProtocol>.choice(example: "udp"), "What is forwarded.",
        fallback: "tcp")
}

extension Shape<Int> {
    static let port: Shape = .count(1...65535, "a port", example: "8080")
}

/// The keys of a file to be placed.
enum PlacedFileKeys {
    static let source = Key(
        "source", .hostPath("a file", example: "./motd"), "The file on this host, relative to the Clusterfile.")
    static let content = Key("content", .verbatim("the file's text", example: "hello"), "What the file holds.")
    static let destination = Key(
        "destination", .machinePath(example: "/etc/motd"), "Where it goes; missing folders are made.",
        isRequired: true)
    static let owner = Key("owner", .account("a user"), "Whose it is.", fallback: "root")
    static let group = Key("group", .account("a group"), "Its group.", fallback: "root")
    static let mode = Key("mode", .mode, "Its permissions.", fallback: "0644")
}

/// The keys of a provision step.
enum StepKeys {
    static let name = Key(
        "name", .text("a name", example: "install nginx"), "What it is called on the screen and by 'provision'.",
        fallback: "the beginning of its text, or the path")
    static let shell = Key(
        "shell", .verbatim("lines for /bin/sh", example: "apt-get install -y nginx"),
        "Lines for the machine's /bin/sh, as root.")
    static let script = Key(
        "script", .hostPath("a program", example: "./setup"),
        "A program of this host that is brought to the machine and run there, as root.")
    static let playbook = Key(
        "playbook", .hostPath("a playbook", example: "playbooks/web.yml"), "A playbook in Ansible's language.")
    static let arguments = Key(
        "args", .list(of: .text("an argument", example: "--fast"), wants: "a list of arguments"),
        "What the script is started with.")
    static let run = Key(
        "run", Shape<ProvisionStep.Run>.choice(example: "always"),
        """
        'once' is until it succeeded on this disk, 'always' is with each 'up', 'never' is only when \
        'provision' asks for it by its name.
        """,
        fallback: "once")
}

extension Section {
    static let port = Section(
        title: "a port", keys: [PortKeys.host, PortKeys.guest, PortKeys.address, PortKeys.transport])
    static let placedFile = Section(
        title: "a file",
        keys: [
            PlacedFileKeys.source, PlacedFileKeys.content, PlacedFileKeys.destination, PlacedFileKeys.owner,
            PlacedFileKeys.group, PlacedFileKeys.mode,
        ], exactlyOne: ["source", "content"])
    static let step = Section(
        title: "a step",
        keys: [
            StepKeys.name, StepKeys.shell, StepKeys.script, StepKeys.playbook, StepKeys.arguments, StepKeys.run,
        ], exactlyOne: ["shell", "script", "playbook"], companions: [("args", "script")])
}
