import Diagnostics
import FoundationEssentials
import Glibc
import PlanExecution
import Synchronization

/// A command that works on this host's files and network alone: it needs no libvirt, and stays outside a lab's network.
protocol HostCommand {}

/// Where this process works: which libvirt, in which network namespace, with which files of this installation.
enum Workplace {
    private static let entered = Mutex<Result<LibvirtEndpoint, Diagnosis>?>(nil)

    /// What a command's options say of where it works.
    private struct Wishes {
        var uri: String?
        var cluster: String?
    }

    private static let ownNamespace = Mutex<Int32?>(nil)

    /// A descriptor of the network namespace that this process was started in, where it works in another.
    static var hostNamespace: Int32? { ownNamespace.withLock { $0 } }

    private static let asked = Mutex(Wishes())

    /// Notes the libvirt that a command's options name.
    static func ask(for uri: String) { asked.withLock { $0.uri = uri } }

    /// Notes the cluster that a command's options name; nil for a command that works beside libvirt, whatever the cluster.
    static func ask(forCluster name: String?) { asked.withLock { $0.cluster = name } }

    /// The libvirt that was asked for, or nil where it is to be found.
    static var askedURI: String? { asked.withLock { $0.uri } ?? environment["CLUSTERFILE_CONNECT"] }

    /// Finds libvirt and moves to where its machines can be reached; a forked cluster's are in a namespace of their own.
    static func enter() {
        let asked = asked.withLock { $0 }
        let result = Result { () throws(Diagnosis) in
            let endpoint = try LibvirtEndpoint.find(uri: askedURI)
            if endpoint.networkNamespace != nil || asked.cluster != nil {
                let own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)
                ownNamespace.withLock { $0 = own < 0 ? nil : own }
            }
            try endpoint.enter()
            if let cluster = asked.cluster { try ForkNamespace(of: ClusterOptions.uuid(cluster)).enter() }
            return endpoint
        }
        entered.withLock { $0 = result }
    }

    /// The network namespace that this process came from, where it has entered a lab's.
    static var outside: String? { hostNamespace.map { "/proc/self/fd/\($0)" } }

    /// The libvirt of this process.
    static func endpoint() throws -> LibvirtEndpoint {
        guard let result = entered.withLock({ $0 }) else { preconditionFailure("main enters the workplace first") }
        return try result.get()
    }

    static var environment: [String: String] { ProcessInfo.processInfo.environment }

    /// The folder that this program runs from, with the agents beside it.
    static func programsFolder() throws -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else {
            throw Diagnosis("cannot find this program's own folder", why: String(cString: strerror(errno)))
        }
        let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
    }

    /// The folder of this host's built images.
    static var imagesFolder: String { environment["CLUSTERFILE_IMAGES"] ?? "/var/lib/clusterfile/images" }

    /// The pool of libvirt that holds images and disks.
    static let pool = "clusterfile"

    /// Whose clusters these are: one user of one host.
    static var owner: String {
        // A host without a machine id is told apart from others by its users alone.
        let host = (try? String(contentsOf: URL(filePath: "/etc/machine-id"), encoding: .utf8)) ?? ""
        return "\(getuid())@\(host.prefix { $0 != "\n" })"
    }
}
