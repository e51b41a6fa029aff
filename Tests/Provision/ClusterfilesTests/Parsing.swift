import Diagnostics
import Glibc

@testable import Clusterfiles

let clusterUUID: ClusterUUID = {
    guard let uuid = ClusterUUID("2ed6657d-e927-568b-95e1-2665a8aea6a2") else { preconditionFailure("a UUID") }
    return uuid
}()

/// What the tests' Clusterfiles can name: a native image and one from elsewhere, some files, a folder, two variables.
let surroundings = Surroundings(
    images: [
        Surroundings.Image(name: "debian-12"), Surroundings.Image(name: "fedora", isNative: false, has9P: true),
    ], environment: ["MEMORY": "2GiB", "EMPTY": ""],
    fileExists: { ["playbooks/cluster.yml", "./setup", "motd"].contains($0) }, folderExists: { $0 == "./src" },
    xmlFault: { xml in
        // Stands in for Hypervisor's reader, as that answers to what the broken files have (BadInputTests).
        switch xml {
        case _ where xml.hasPrefix("<domain"): nil
        case "<devices/>": .init(line: 1, column: 1, problem: "the XML for the domain must not have <devices> there")
        default: .init(line: 2, column: 1, problem: "it is malformed here")
        }
    }, clusterUUID: { _ in clusterUUID })

func parse(_ text: String) throws(Diagnoses) -> ClusterSpec {
    try Clusterfile.parse(text, file: "Clusterfile", in: surroundings)
}

/// The folder of a file or a folder, links resolved.
func folder(of path: String) -> String {
    guard let resolved = realpath(path, nil) else { preconditionFailure("no file \(path)") }
    defer { free(resolved) }
    return String(cString: resolved).split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
}
