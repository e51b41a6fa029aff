internal import Addresses
internal import Diagnostics
internal import YAML

/// How a machine starts for the first time, as the file has it.
enum FirstBootChoice: Hashable, Sendable {
    case native, cloudInit
}

extension MachineSpec.Image {
    /// A name, a path or a URL; or keys of its own.
    static let shape = Shape<MachineSpec.Image>.either(short, .section(.image, example: "{path: ./disk.qcow2}", read))

    private static let short = Shape<MachineSpec.Image>(
        wants: "an image's name, or a path with a '/' in it", example: "debian-12",
        form: .text(pattern: "^[^:]+$", examples: ["debian-12", "./disk.qcow2"])
    ) { node, context throws(Complaint) in
        let text = try Shape.text("", example: "").value(of: node, in: context)
        guard !text.contains("://") else {
            throw .wrongValue(why: "a URL needs a checksum", instead: "{url: \"\(text)\", sha256: …}")
        }
        guard text.contains("/") else { return .catalogue(text) }
        return .file(path: try Shape.hostPath("", example: "").value(of: node, in: context), sha256: nil)
    }

    @Sendable private static func read(_ reader: SectionReader) -> MachineSpec.Image? {
        let (url, path) = (reader.value(ImageKeys.url), reader.value(ImageKeys.path))
        let sha256 = reader.value(ImageKeys.sha256)?.value.lowercased()
        if let path { return .file(path: path.value, sha256: sha256) }
        guard let url, let sha256 else { return nil }
        return .download(url: url.value, sha256: sha256)
    }
}

extension MachineSpec.PortForward {
    /// `[ADDRESS:]HOST:MACHINE[/udp]`, or keys of its own.
    static let shape = Shape<MachineSpec.PortForward>.either(
        .parsed(
            "a port such as 8080:80", pattern: "^([0-9.]+:)?[0-9]+:[0-9]+(/(tcp|udp))?$",
            examples: ["8080:80", "127.0.0.1:5353:53/udp"],
            example: "\"8080:80\"", parse),
        .section(.port, example: "{host: 8080, guest: 80}") { reader in
            let (host, guest) = (reader.value(PortKeys.host), reader.value(PortKeys.guest))
            let address = reader.value(PortKeys.address)?.value ?? loopback
            let transport = reader.value(PortKeys.transport)?.value ?? .tcp
            guard let host, let guest else { return nil }
            return .init(hostAddress: address, hostPort: host.value, guestPort: guest.value, transport: transport)
        })

    private static let loopback = IPv4Address(number: 0x7F00_0001)

    @Sendable private static func parse(_ text: String) -> MachineSpec.PortForward? {
        let halves = text.split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count <= 2,
            let transport = TransportProtocol(rawValue: halves.count == 2 ? String(halves[1]) : "tcp")
        else { return nil }
        var parts = halves[0].split(separator: ":", omittingEmptySubsequences: false)
        var address = loopback
        if parts.count == 3 {
            guard let given = IPv4Address(parts.removeFirst()) else { return nil }
            address = given
        }
        guard parts.count == 2, let host = port(parts[0]), let guest = port(parts[1]) else { return nil }
        return .init(hostAddress: address, hostPort: host, guestPort: guest, transport: transport)
    }

    private static func port(_ text: Substring) -> Int? {
        guard text.utf8.allSatisfy(isDigit), let number = Int(text), (1...65535).contains(number) else { return nil }
        return number
    }
}

/// One of `shares`.
struct ShareDraft: Sendable {
    let host: Located<String>
    let mount: Located<String>
    let driver: Located<MachineSpec.Share.Driver>?
    let isReadOnly: Bool

    static let shape = Shape<ShareDraft>.either(
        Shape<ShareDraft>(
            wants: "a folder and where it is seen such as ./src:/srv/src", example: "./src:/srv/src",
            form: .text(pattern: "^[^:]+:/[^:]*(:ro)?$", examples: ["./src:/srv/src", "./src:/srv/src:ro"])
        ) { node, context throws(Complaint) in
            var parts = try node.words().split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            let isReadOnly = parts.count == 3 && parts[2] == "ro"
            if isReadOnly { parts.removeLast() }
            let (host, mount) = try pair(parts, node, context)
            return ShareDraft(host: host, mount: mount, driver: nil, isReadOnly: isReadOnly)
        }, .section(.share, example: "{host: ./src, mount: /srv/src}", read))

    @Sendable private static func read(_ reader: SectionReader) -> ShareDraft? {
        let (host, mount) = (reader.value(ShareKeys.host), reader.value(ShareKeys.mount))
        let (driver, readOnly) = (reader.value(ShareKeys.driver), reader.value(ShareKeys.readOnly))
        guard let host, let mount else { return nil }
        return ShareDraft(host: host, mount: mount, driver: driver, isReadOnly: readOnly?.value ?? false)
    }
}

extension YAMLNode {
    /// A string of another text at the same place.
    fileprivate func saying(_ text: String) -> YAMLNode {
        guard case .scalar(var scalar) = content else { return self }
        (scalar.text, scalar.isPlain) = (text, false)
        return YAMLNode(.scalar(scalar), at: location)
    }
}

/// A path of the host and one of the machine, which came with a colon between them.
private func pair(_ parts: [String], _ node: YAMLNode, _ context: ReadingContext) throws(Complaint)
    -> (Located<String>, Located<String>)
{
    guard parts.count == 2 else { throw .wrongValue(why: "this is '\(node.text ?? "")'", instead: nil) }
    let host = try Shape.hostPath("", example: "").value(of: node.saying(parts[0]), in: context)
    let there = try Shape.machinePath(example: "").value(of: node.saying(parts[1]), in: context)
    return (Located(host, at: node.location), Located(there, at: node.location))
}

/// One of `files`.
struct FileDraft: Sendable {
    let contents: Located<MachineSpec.FileContents>
    let destination: Located<String>
    let owner: String
    let group: String
    let mode: Int

    static let shape = Shape<FileDraft>.either(
        Shape<FileDraft>(
            wants: "a file and where it goes such as ./motd:/etc/motd", example: "./motd:/etc/motd",
            form: .text(pattern: "^[^:]+:/[^:]*$", examples: ["./motd:/etc/motd"])
        ) { node, context throws(Complaint) in
            let parts = try node.words().split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            let (source, destination) = try pair(parts, node, context)
            return FileDraft(
                contents: source.map { .file(path: $0) }, destination: destination, owner: "root", group: "root",
                mode: 0o644)
        }, .section(.placedFile, example: "{source: ./motd, destination: /etc/motd}", read))

    @Sendable private static func read(_ reader: SectionReader) -> FileDraft? {
        let source = reader.value(PlacedFileKeys.source)?.map { MachineSpec.FileContents.file(path: $0) }
        let content = reader.value(PlacedFileKeys.content)?.map { MachineSpec.FileContents.text($0) }
        let (owner, group) = (reader.value(PlacedFileKeys.owner), reader.value(PlacedFileKeys.group))
        let mode = reader.value(PlacedFileKeys.mode)
        guard let destination = reader.value(PlacedFileKeys.destination), let contents = source ?? content else {
            return nil
        }
        return FileDraft(
            contents: contents, destination: destination, owner: owner?.value ?? "root",
            group: group?.value ?? "root", mode: mode?.value ?? 0o644)
    }
}

/// One of `provision`.
struct ProvisionStepDraft: Sendable {
    let name: Located<String>?
    let work: Located<ProvisionStep.Work>
    let run: ProvisionStep.Run

    static let list = Shape<[Located<ProvisionStepDraft>]>.list(
        of: .section(.step, example: "{shell: apt-get install -y nginx}", ProvisionStepDraft.init),
        wants: "a list of steps, each with a '-' and 'shell', 'script' or 'playbook'")

    init?(_ reader: SectionReader) {
        name = reader.value(StepKeys.name)
        run = reader.value(StepKeys.run)?.value ?? .once
        let arguments = reader.list(StepKeys.arguments).map(\.value)
        let shell = reader.value(StepKeys.shell)?.map { ProvisionStep.Work.shell($0) }
        let script = reader.value(StepKeys.script)?.map { ProvisionStep.Work.script(path: $0, arguments: arguments) }
        let playbook = reader.value(StepKeys.playbook)?.map { ProvisionStep.Work.playbook(path: $0) }
        guard let work = shell ?? script ?? playbook else { return nil }
        self.work = work
    }
}
