import Bundles
import Clusterfiles
import Crypto
import FoundationEssentials
import Inventories
import MachineImages
import Plays

/// A disk with an image's content on which the playbook's tasks tagged `warm` have been carried out, for machines to be made of.
///
/// It is prepared by a machine that is no cluster's: it has no keys, and its inventory has neither names nor addresses nor
/// paths of secrets of any, so that what has to be kept from other clusters cannot get there.
struct WarmDisk: Hashable, Sendable {
    /// The tag of tasks whose outcome is the same on every machine with the same groups.
    static let tag = "warm"
    static let prefix = "warm."
    private static let suffix = ".disk"

    static func == (left: WarmDisk, right: WarmDisk) -> Bool { left.key == right.key }
    func hash(into hasher: inout Hasher) { hasher.combine(key) }

    /// The hash of everything that its content follows from: image, runner, tasks, variables, and each file that tasks name.
    let key: String
    /// A hash of what it is for: one for another content takes this one's place.
    let kind: String
    let image: MachineImage
    let playbook: CompiledPlaybook
    /// The machine that it was first asked for.
    let machine: MachineSpec

    /// Nil where the playbook has no such task for this machine, or the image does not read our seeds.
    init?(
        for machine: MachineSpec, of spec: ClusterSpec, _ image: MachineImage, playbook path: String,
        runner: RunnerProgram, _ files: ClusterInventory.Controller
    ) throws {
        guard machine.firstBoot == .native, case .kernel(let kernel, let initrd, let arguments) = image.boot else {
            return nil
        }
        let inventory = ClusterInventory.prepared(for: machine, of: spec, files)
        playbook = try CompiledPlaybook(path, onlyTagged: Self.tag, inventory: inventory)
        guard let bundle = playbook.bundle(for: ClusterInventory.preparedHost),
            bundle.plays.contains(where: { !$0.tasks.isEmpty })
        else { return nil }
        var hash = SHA256()
        for part in [
            image.disk.sha256, kernel.sha256, initrd.sha256, arguments, runner.shortDigest, bundle.json.text,
        ] { hash.update(data: Data(SHA256.hash(data: Data(part.utf8)))) }
        key = Self.hexadecimal(hash.finalize().prefix(8))
        let purpose = [image.name, path, machine.role?.rawValue ?? ""] + machine.groups
        kind = Self.hexadecimal(SHA256.hash(data: Data(purpose.joined(separator: "\n").utf8)).prefix(4))
        self.image = image
        self.machine = machine
    }

    /// What all disks for the same purpose begin with.
    var family: String { Self.prefix + kind + "-" }
    /// What its volumes have in common.
    var stem: String { family + key }
    var volume: String { stem + Self.suffix }
    /// It comes last: without it the disk was not finished.
    var marker: String { stem + ".complete" }
    var seed: String { stem + ".seed" }
    var domain: String { Self.domainPrefix + key }
    static let domainPrefix = "clusterfile-warm-"

    /// The domain's UUID, of version 8 (RFC 9562, section 5.8).
    var uuid: String {
        "\(key.prefix(8))-\(key.dropFirst(8).prefix(4))-8\(key.suffix(3))-8\(key.prefix(3))-\(key.prefix(12))"
    }

    /// What is done on it.
    var tasks: [BundledTask] { playbook.bundle(for: ClusterInventory.preparedHost)?.plays.flatMap(\.tasks) ?? [] }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    static func isDisk(_ name: String) -> Bool { name.hasPrefix(prefix) && name.hasSuffix(suffix) }
}
