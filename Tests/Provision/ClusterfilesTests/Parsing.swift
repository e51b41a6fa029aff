import Diagnostics
import Glibc

@testable import Clusterfiles

let clusterUUID: ClusterUUID = {
    guard let uuid = ClusterUUID("2ed6657d-e927-568b-95e1-2665a8aea6a2") else { preconditionFailure("a UUID") }
    return uuid
}()

/// Parses with a catalogue of one image, and a folder that has `playbooks/cluster.yml` alone.
func parse(_ text: String) throws(Diagnoses) -> ClusterSpec {
    let surroundings = Surroundings(
        images: [Surroundings.Image(name: "debian-12")], fileExists: { $0 == "playbooks/cluster.yml" },
        clusterUUID: { _ in clusterUUID })
    return try Clusterfile.parse(text, file: "Clusterfile", in: surroundings)
}

/// The folder of a file or a folder, links resolved.
func folder(of path: String) -> String {
    guard let resolved = realpath(path, nil) else { preconditionFailure("no file \(path)") }
    defer { free(resolved) }
    return String(cString: resolved).split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
}
