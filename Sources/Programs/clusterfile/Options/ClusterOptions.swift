import ArgumentParser
import Clusterfiles
import Credentials
import Diagnostics
import FoundationEssentials
import Hypervisor
import MachineImages
import PlanExecution

/// Which cluster a command is about: the one of a Clusterfile, or one by its name.
struct ClusterOptions: ParsableArguments {
    @Option(
        name: [.short, .long], help: "The Clusterfile; without it, the one in this folder or the nearest above it.",
        completion: .file())
    var file: String?

    @Option(
        name: [.short, .long], help: "The cluster's name, in place of a Clusterfile: works from anywhere.",
        completion: .clusters)
    var cluster: String?

    @Option(help: "The libvirt to talk to; without it, the lab's (scripts/lab), else qemu:///system.")
    var connect: String?

    func validate() {
        if let connect { Workplace.ask(for: connect) }
        if let cluster { Workplace.ask(forCluster: cluster) }
    }

    /// The Clusterfile's path as the user would write it.
    func path() throws -> String {
        if let file { return file }
        var folder = FileManager.default.currentDirectoryPath
        var relative = "Clusterfile"
        while true {
            if FileManager.default.fileExists(atPath: folder + "/Clusterfile") { return relative }
            guard folder.count > 1 else { break }
            folder = folder.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
            relative = "../" + relative
        }
        throw Diagnosis(
            "there is no Clusterfile here", why: "neither this folder nor one above it has one",
            fix: "write one with 'clusterfile init', name one with -f FILE, or name a cluster with -c NAME")
    }

    /// The whole spec; a file with mistakes is an error of its own kind.
    func spec() throws -> ClusterSpec {
        let path = try path()
        let folder = Self.folder(of: path)
        let spec: ClusterSpec
        do {
            spec = try Clusterfile.parse(try text(path), file: path, in: .thisHost(folder: folder))
        } catch let mistakes as Diagnoses {
            throw MistakesInFile(diagnoses: mistakes)
        }
        if let cluster, cluster != spec.name {
            throw Diagnosis(
                "\(path) is of cluster '\(spec.name)', not of '\(cluster)'", why: "this command needs a Clusterfile",
                fix: "name that cluster's Clusterfile with -f FILE, or leave out -c")
        }
        return spec
    }

    /// The cluster's name and UUID; of a Clusterfile only the name has to be right.
    func identity() throws -> (name: String, uuid: ClusterUUID) {
        if let cluster { return (cluster, Self.uuid(cluster)) }
        let path = try path()
        do {
            let name = try Clusterfile.clusterName(
                try text(path), file: path, environment: Workplace.environment)
            return (name, Self.uuid(name))
        } catch let mistakes as Diagnoses {
            throw MistakesInFile(diagnoses: mistakes)
        }
    }

    /// The secrets of the cluster.
    func credentials() throws -> CredentialStore {
        CredentialStore(
            root: try CredentialStore.defaultRoot(environment: Workplace.environment), uuid: try identity().uuid.text)
    }

    /// The cluster's libvirts: those that its Clusterfile names, where it is given, and those that it is known to be on.
    func sites(wanted: ClusterSpec? = nil) async throws -> Sites {
        let endpoint = try Workplace.endpoint()
        // Who names a libvirt means that one.
        let known = Workplace.askedURI == nil ? try SiteRecord.read(in: try credentials().folder) : nil
        let record = SiteRecord.choose(wanted: wanted, known: known, here: endpoint.uri)
        return try await Sites.connect(
            record, wanted: wanted, endpoint: endpoint, hostNamespace: Workplace.outside)
    }

    /// The cluster as its libvirts show it.
    func observed() async throws -> ObservedCluster {
        let identity = try identity()
        return try await sites().observed(name: identity.name, uuid: identity.uuid)
    }

    /// A path of the Clusterfile's, which is relative to the file.
    static func resolve(_ path: String, in folder: String) -> String {
        path.hasPrefix("/") ? path : folder + "/" + path
    }

    static func folder(of path: String) -> String {
        let absolute = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        return absolute.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
    }

    static func uuid(_ name: String) -> ClusterUUID {
        guard let uuid = ClusterUUID(clusterUUID(owner: Workplace.owner, name: name)) else {
            preconditionFailure("a UUID of version 5 is a UUID")
        }
        return uuid
    }

    func text(_ path: String) throws -> String {
        do {
            return try String(contentsOf: URL(filePath: path), encoding: .utf8)
        } catch {
            throw MistakesInFile(
                diagnoses: Diagnoses([
                    Diagnosis(
                        "cannot read \(path)",
                        why: FileManager.default.fileExists(atPath: path)
                            ? "it is not readable text" : "there is no such file", fix: "name another file with -f")
                ]))
        }
    }
}
