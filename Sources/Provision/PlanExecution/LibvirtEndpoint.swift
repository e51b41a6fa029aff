package import Diagnostics
import FoundationEssentials
import Glibc
import JSON
import Linux
import SecureShell

/// Where libvirt answers, and the network namespace its machines live in where it is a lab's.
package struct LibvirtEndpoint: Hashable, Sendable {
    package var uri: String
    /// The namespace's file, or nil where the host reaches the machines directly.
    package var networkNamespace: String?

    /// Where `scripts/lab start` says that its private libvirtd runs.
    package static let labRecord = "/run/clusterfile-lab/record.json"

    /// The URI that was asked for, else a running lab's, else the system's libvirt. Of a lab the namespace is known, too.
    package static func find(uri: String?) throws(Diagnosis) -> LibvirtEndpoint {
        if let uri { return lab(at: uri) ?? LibvirtEndpoint(uri: uri, networkNamespace: nil) }
        guard FileManager.default.fileExists(atPath: labRecord) else {
            return LibvirtEndpoint(uri: "qemu:///system", networkNamespace: nil)
        }
        let lab = try read(labRecord)
        if let namespace = lab.networkNamespace, !FileManager.default.fileExists(atPath: namespace) {
            throw Diagnosis(
                "the lab is not running", why: "its network namespace \(namespace) is gone, though its record is there",
                fix: "run scripts/lab start")
        }
        return lab
    }

    /// The lab whose libvirtd has that URI, or nil.
    static func lab(at uri: String) -> LibvirtEndpoint? {
        // Where no lab ever was there is no such folder.
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: "/run")) ?? []
        return folders.filter { $0.hasPrefix("clusterfile-lab") }.sorted().lazy
            // A lab that is just being started or stopped has no record that can be read.
            .compactMap { try? read("/run/\($0)/record.json") }.first { $0.uri == uri }
    }

    private static func read(_ path: String) throws(Diagnosis) -> LibvirtEndpoint {
        let record: JSON
        do {
            record = try JSON(parsing: Data(contentsOf: URL(filePath: path)))
        } catch {
            throw Diagnosis(
                "the lab's record \(path) cannot be read", why: "\(error)",
                fix: "run scripts/lab stop, then scripts/lab start")
        }
        guard let uri = record["uri"]?.string, let namespace = record["netns"]?.string else {
            throw Diagnosis(
                "the lab's record \(path) names no libvirt", fix: "run scripts/lab stop, then scripts/lab start")
        }
        return LibvirtEndpoint(uri: uri, networkNamespace: namespace)
    }

    /// The SSH server over which a URI such as `qemu+ssh://root@host:22/system?keyfile=/path` reaches libvirt
    /// (https://libvirt.org/uri.html#ssh-transport); nil for other URIs.
    static func jumpHost(of uri: String) -> JumpHost? {
        for transport in ["qemu+ssh://", "qemu+libssh://", "qemu+libssh2://"] where uri.hasPrefix(transport) {
            let authority = uri.dropFirst(transport.count).prefix { $0 != "/" && $0 != "?" }
            guard !authority.isEmpty else { return nil }
            let parameters = URLComponents(string: uri)?.queryItems ?? []
            func parameter(_ name: String) -> String? { parameters.first { $0.name == name }?.value }
            return JumpHost(
                destination: "ssh://\(authority)", program: parameter("command") ?? "ssh",
                keyFile: parameter("keyfile"),
                checksHostKey: parameter("no_verify") != "1")
        }
        return nil
    }

    /// The host that a URI names, or nil where it is this one.
    static func host(of uri: String) -> String? {
        // `driver+transport://user@host:port/path`; one without a host has a third slash at once.
        let parts = uri.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1].isEmpty else { return nil }
        let authority = parts[2].prefix { $0 != "/" && $0 != "?" }
        let host = authority.split(separator: "@").last?.split(separator: ":").first.map(String.init)
        return host?.isEmpty == false ? host : nil
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
