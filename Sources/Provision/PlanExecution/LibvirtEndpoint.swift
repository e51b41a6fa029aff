package import Diagnostics
import FoundationEssentials
import Glibc
import JSON
import Linux

/// Where libvirt answers, and the network namespace its machines live in where it is a lab's.
package struct LibvirtEndpoint: Hashable, Sendable {
    package var uri: String
    /// The namespace's file, or nil where the host reaches the machines directly.
    package var networkNamespace: String?

    /// Where `scripts/lab start` says that its private libvirtd runs.
    package static let labRecord = "/run/clusterfile-lab/record.json"

    /// The URI that was asked for, else a running lab's, else the system's libvirt.
    package static func find(uri: String?) throws(Diagnosis) -> LibvirtEndpoint {
        if let uri { return LibvirtEndpoint(uri: uri, networkNamespace: nil) }
        guard FileManager.default.fileExists(atPath: labRecord) else {
            return LibvirtEndpoint(uri: "qemu:///system", networkNamespace: nil)
        }
        let record: JSON
        do {
            record = try JSON(parsing: Data(contentsOf: URL(filePath: labRecord)))
        } catch {
            throw Diagnosis(
                "the lab's record \(labRecord) cannot be read", why: "\(error)",
                fix: "run scripts/lab stop, then scripts/lab start")
        }
        guard let uri = record["uri"]?.string, let namespace = record["netns"]?.string else {
            throw Diagnosis(
                "the lab's record \(labRecord) names no libvirt", fix: "run scripts/lab stop, then scripts/lab start")
        }
        guard FileManager.default.fileExists(atPath: namespace) else {
            throw Diagnosis(
                "the lab is not running", why: "its network namespace \(namespace) is gone, though its record is there",
                fix: "run scripts/lab start")
        }
        return LibvirtEndpoint(uri: uri, networkNamespace: namespace)
    }

    /// Moves the calling thread, and so every thread it starts later, to where the machines can be reached.
    ///
    /// Call it before the program has a second thread.
    package func enter() throws(Diagnosis) {
        guard let networkNamespace else { return }
        do {
            try NetworkNamespace.enter(path: networkNamespace)
        } catch {
            throw Diagnosis(
                "cannot enter the lab's network namespace \(networkNamespace)", why: "\(error)",
                fix: geteuid() == 0 ? "run scripts/lab status" : "run it as root, or through sudo")
        }
    }
}
