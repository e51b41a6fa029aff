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

    private static let asked = Mutex<String?>(nil)

    /// Notes the libvirt that a command's options name.
    static func ask(for uri: String) { asked.withLock { $0 = uri } }

    /// Finds libvirt and moves to where its machines can be reached.
    static func enter() {
        let asked = asked.withLock { $0 } ?? environment["CLUSTERFILE_CONNECT"]
        let result = Result { () throws(Diagnosis) in
            let endpoint = try LibvirtEndpoint.find(uri: asked)
            if endpoint.networkNamespace != nil {
                ownNetwork.withLock { $0 = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC) }
            }
            try endpoint.enter()
            return endpoint
        }
        entered.withLock { $0 = result }
    }

    private static let ownNetwork = Mutex<Int32?>(nil)

    /// The network namespace that this process came from, where it has entered a lab's.
    static var outside: String? { ownNetwork.withLock { $0 }.map { "/proc/self/fd/\($0)" } }

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
