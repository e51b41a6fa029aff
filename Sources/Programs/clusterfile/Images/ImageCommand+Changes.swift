import ArgumentParser
import Diagnostics
import FoundationEssentials
import Glibc
import JSON
import MachineImages
import PlanExecution

extension ImageCommand {
    struct Build: ParsableCommand, HostCommand {
        static let configuration = CommandConfiguration(
            abstract: "Build images from their recipes; one whose recipe has not changed is there already.",
            discussion: """
                A recipe is a folder with the programs 'build' and 'key' (images/README.md), or the name of one that
                comes with clusterfile: debian-12, debian-12-python, busybox.
                Example: clusterfile image build debian-12
                """)
        @Argument(help: "Names of recipes, or their folders.") var recipes: [String]

        func validate() throws {
            if recipes.isEmpty { throw ValidationError("name a recipe: clusterfile image build debian-12") }
        }

        func run() throws {
            let script = try Workplace.programsFolder() + "/scripts/image"
            var argv = ([script] + recipes).map { strdup($0) } + [nil]
            setenv("CLUSTERFILE_IMAGES", Workplace.imagesFolder, 1)
            execv(script, &argv)
            throw Diagnosis(
                "cannot run \(script)", why: String(cString: strerror(errno)),
                fix: "install the programs again: scripts/install FOLDER")
        }
    }

    struct Add: AsyncParsableCommand, HostCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a disk image from elsewhere (qcow2 or raw, with a boot loader and cloud-init).",
            discussion: """
                A download that was cut short goes on with the same command.
                Example: clusterfile image add https://example.org/noble.img --sha256 6e7016f2c9f4… --name noble
                """)
        @Argument(help: "A path, or a URL (http or https).") var source: String
        @Option(help: "The SHA-256 that the file must have; of a URL it is required.") var sha256: String?
        @Option(help: "The name for Clusterfiles; the file's own if not given.") var name: String?

        func validate() throws {
            if isURL, !["http://", "https://"].contains(where: source.hasPrefix) {
                throw ValidationError("a URL begins with http:// or https://; \(source) does not")
            }
            if isURL, sha256 == nil {
                throw ValidationError("a URL needs --sha256: the checksum that the image's publisher gives")
            }
            if let sha256, sha256.count != 64 || !sha256.allSatisfy(\.isHexDigit) {
                throw ValidationError("--sha256 is 64 hexadecimal digits, not '\(sha256)'")
            }
            if let name, !Self.isName(name) {
                throw ValidationError("a name has lower-case letters, digits, '.' and '-' only, not '\(name)'")
            }
        }

        func run() async throws {
            let digest = sha256?.lowercased()
            let from: ImageCatalogue.Source =
                if isURL, let digest { .url(source, sha256: digest) } else { .file(path: source, sha256: digest) }
            let manifest = try await ImageCatalogue(folder: Workplace.imagesFolder).add(
                from, name: name ?? from.defaultName
            ) { url, path in
                Terminal.error("downloading \(url)")
                try await ImageDownload.fetch(url, to: path)
            }
            Terminal.output("\(manifest.name) \(manifest.key) \(manifest.folder)")
        }

        private var isURL: Bool { source.contains("://") }

        private static func isName(_ text: String) -> Bool {
            text.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-" || $0 == ".") }
                && text.first.map { $0.isLetter || $0.isNumber } ?? false
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove an image, and its volumes; refused while machines use it, which are named.",
            discussion: "Example: clusterfile image remove debian-12-python")
        @OptionGroup var libvirt: LibvirtOption
        @OptionGroup var output: OutputOptions
        @Argument(help: "The image's name.") var name: String
        @Flag(name: .shortAndLong, help: "Do not ask.") var yes = false

        func run() async throws {
            try await remove(yes: yes) { try await $0.removal(of: name) }
        }
    }

    struct Warm: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prepare disks on which the playbook's tasks tagged 'warm' are done; up makes machines of them.",
            discussion: "Example: clusterfile image warm -f Clusterfile.example")
        @OptionGroup var cluster: ClusterOptions
        @OptionGroup var choice: MachineChoice
        @OptionGroup var progress: ProgressOptions

        func run() async throws {
            let spec = try cluster.spec()
            let path = try cluster.path()
            try await progress.carryOut("image warm") { [cluster, choice] printer in
                let (all, made) = try await cluster.lifecycle(progress: printer.sink).prepareWarmDisks(
                    spec, clusterfile: path, machines: try choice.wanted(cluster, of: spec))
                let text =
                    all == 0
                    ? "no task of the playbook of '\(spec.name)' has the tag 'warm'"
                    : made == 0
                        ? "the warm disks of '\(spec.name)' are there" : "\(made) of \(all) warm disks were prepared"
                return .init(
                    text: text, summary: ["cluster": .string(spec.name), "disks": JSON(all), "made": JSON(made)])
            }
        }
    }

    struct Prune: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove what no machine uses: earlier builds, warm disks, agents, what was cut short.",
            discussion: "Example: clusterfile image prune --yes")
        @OptionGroup var libvirt: LibvirtOption
        @Flag(name: .shortAndLong, help: "Do not ask.") var yes = false

        func run() async throws {
            try await remove(yes: yes) { try await $0.prunable() }
        }
    }
}

/// Says what goes, asks, and removes it.
private func remove(yes: Bool, _ what: (ImageKeeper) async throws -> ImageKeeper.Removal) async throws {
    let keeper = try await ImageKeeper.here(ImageCatalogue(folder: Workplace.imagesFolder))
    let planned = try await what(keeper)
    guard !planned.isEmpty else { return Terminal.error("there is nothing to remove") }
    if !yes {
        Terminal.error("This removes:")
        planned.lines.forEach { Terminal.error("  " + $0) }
        guard Terminal.confirms("Go on?") else { throw NotConfirmed() }
    }
    let removed = try await keeper.carryOut(what)
    removed.lines.forEach { Terminal.output("removed \($0)") }
    Terminal.error("\(size(removed.bytes)) are free again")
}
