import ArgumentParser
import Clusterfiles
import Diagnostics
import FoundationEssentials

/// Writes a Clusterfile to begin with.
struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a commented Clusterfile to begin with.",
        discussion: "Example: mkdir kube && cd kube && clusterfile init && clusterfile up")

    @Option(name: [.short, .long], help: "The file to be written; without it, Clusterfile in this folder.")
    var file = "Clusterfile"

    @Option(name: [.short, .long], help: "The cluster's name; without it, the folder's.")
    var cluster: String?

    @Flag(help: "Write over a file that is there already.")
    var force = false

    func run() throws {
        let folder = ClusterOptions.folder(of: file).split(separator: "/").last.map(String.init) ?? ""
        let name = ClusterfileStarter.clusterName(forFolder: cluster ?? folder)
        if let cluster, cluster != name {
            throw ValidationError("'\(cluster)' is no host name, which a cluster's name has to be: '\(name)' is one.")
        }
        do {
            try Data(ClusterfileStarter.text(cluster: name).utf8)
                .write(to: URL(filePath: file), options: force ? .atomic : .withoutOverwriting)
        } catch let error as CocoaError where error.code == .fileWriteFileExists {
            throw Diagnosis(
                "\(file) is there already", why: "it is not written over unasked",
                fix: "name another file with -f, or add --force")
        } catch {
            let hasFolder = FileManager.default.fileExists(atPath: ClusterOptions.folder(of: file))
            throw Diagnosis(
                "cannot write \(file)", why: hasFolder ? "you may not write there" : "its folder does not exist",
                fix: "name another file with -f")
        }
        Terminal.output("\(file) is written: cluster '\(name)'; change it as you like, then run 'clusterfile up'")
    }
}
