import ArgumentParser
import Diagnostics
import FoundationEssentials
import Hypervisor
import JSON
import MachineImages
import PlanExecution

/// The images that machines are made of.
struct ImageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image", abstract: "Build, add, list, check and remove the images that machines are made of.",
        discussion: "Example: clusterfile image build debian-12",
        subcommands: [Build.self, Add.self, List.self, Verify.self, Remove.self, Prune.self, Warm.self],
        defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the images, what they take, and which machines use them.",
            discussion: "Example: clusterfile image list -o json")
        @OptionGroup var libvirt: LibvirtOption
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let rows = try await ImageRow.all()
            guard !(rows.isEmpty && output.format == .table) else {
                return Terminal.error("there are no images (clusterfile image build debian-12 makes one)")
            }
            output.print(.array(rows.map(\.json)), names: rows.map(\.manifest.name)) {
                table([["NAME", "KEY", "KIND", "SIZE", "AGE", "IN POOL", "USED BY"]] + rows.map(\.cells))
            }
        }
    }

    struct Verify: AsyncParsableCommand, HostCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare every file of the images with its checksum.",
            discussion: "Example: clusterfile image verify debian-12")
        @Argument(help: "The images' names; all of them if none is given.") var names: [String] = []

        func run() async throws {
            let catalogue = ImageCatalogue(folder: Workplace.imagesFolder)
            let all = catalogue.manifests()
            var damages: [Diagnosis] = []
            var checked: Set<String> = []
            for result in all {
                switch result {
                case .failure(let error): if names.isEmpty { damages.append(error.diagnosis) }
                case .success(let manifest) where names.isEmpty || names.contains(manifest.name):
                    checked.insert(manifest.name)
                    let found = manifest.damages().map(\.diagnosis)
                    if found.isEmpty { Terminal.output("\(manifest.name) \(manifest.key): whole") }
                    damages += found
                case .success: continue
                }
            }
            let known = catalogue.newest().map(\.name)
            for name in names where !checked.contains(name) {
                damages.append(
                    ImageError.unknown(name: name, known: known, folder: catalogue.folder).diagnosis)
            }
            guard damages.isEmpty else { throw Diagnoses(damages) }
        }
    }
}

/// Which libvirt a command asks that is about no cluster.
struct LibvirtOption: ParsableArguments {
    @Option(help: "The libvirt to talk to; without it, the lab's (scripts/lab), else qemu:///system.")
    var connect: String?

    func validate() { if let connect { Workplace.ask(for: connect) } }
}

/// A line of the list: an image, with what the pool has of it where libvirt can be asked.
private struct ImageRow {
    var manifest: ImageManifest
    /// Nil where it is not known.
    var users: [String]?
    var isInPool: Bool?

    static func all() async throws -> [ImageRow] {
        let catalogue = ImageCatalogue(folder: Workplace.imagesFolder)
        var shared: [SharedVolume]?
        do {
            shared = try await ImageKeeper.here(catalogue).shared()
        } catch HypervisorError.unreachable(let uri, let reason) {
            Terminal.error("what uses them is not known: libvirt at \(uri) cannot be reached: \(reason)")
        }
        return catalogue.manifests().compactMap { result in
            switch result {
            case .failure(let error):
                Terminal.report(error)
                return nil
            case .success(let manifest):
                let stem = ImageKeeper.stem(of: manifest)
                let own = shared?.first { $0.stem == stem }
                return ImageRow(
                    manifest: manifest, users: shared.map { _ in own?.users ?? [] },
                    isInPool: shared.map { _ in own?.isComplete ?? false })
            }
        }
    }

    var cells: [String] {
        [
            manifest.name, manifest.key, manifest.kind.rawValue, size(manifest.bytes),
            age(Date.now.timeIntervalSince(manifest.madeAt)),
            manifest.kind == .container ? "-" : isInPool.map { $0 ? "yes" : "no" } ?? "?",
            users.map { $0.isEmpty ? "-" : $0.joined(separator: ", ") } ?? "?",
        ]
    }

    var json: JSON {
        var value: JSON = [
            "name": .string(manifest.name), "key": .string(manifest.key), "kind": .string(manifest.kind.rawValue),
            "bytes": JSON(manifest.bytes), "made": .string(manifest.madeAt.formatted(.iso8601)),
            "folder": .string(manifest.folder),
            "files": .array(
                manifest.files.map {
                    ["path": .string($0.path), "sha256": .string($0.sha256), "bytes": JSON($0.bytes)]
                }),
            "inPool": isInPool.map { .bool($0) } ?? .null, "users": users.map { JSON($0) } ?? .null,
        ]
        if let source = manifest.source { value["source"] = .string(source) }
        return value
    }
}

extension ImageKeeper {
    /// The images of this host and of the libvirt that it works with.
    static func here(_ catalogue: ImageCatalogue) async throws -> ImageKeeper {
        ImageKeeper(
            hypervisor: try await Hypervisor.connect(uri: try Workplace.endpoint().uri), pool: Workplace.pool,
            catalogue: catalogue)
    }
}

/// A size in a unit that leaves one to three digits before the point.
func size(_ bytes: Int) -> String {
    for (unit, shift) in [("GiB", 30), ("MiB", 20), ("KiB", 10)] where bytes >= 1 << shift {
        let tenths = (bytes * 10) >> shift
        return tenths < 100 ? "\(tenths / 10).\(tenths % 10) \(unit)" : "\(tenths / 10) \(unit)"
    }
    return "\(bytes) B"
}

/// A time span in its largest unit.
func age(_ seconds: Double) -> String {
    let whole = max(0, Int(seconds))
    for (unit, length) in [("d", 86_400), ("h", 3_600), ("min", 60)] where whole >= length {
        return "\(whole / length) \(unit)"
    }
    return "\(whole) s"
}
