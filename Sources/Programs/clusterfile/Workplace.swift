import Diagnostics
import FoundationEssentials
import Glibc
import PlanExecution
import Synchronization

/// Where this process works: which libvirt, in which network namespace, with which files of this installation.
enum Workplace {
    private static let entered = Mutex<Result<LibvirtEndpoint, Diagnosis>?>(nil)

    /// Finds libvirt and moves to where its machines can be reached; `--connect URI` names another one.
    static func enter(arguments: [String]) {
        // What follows a terminator is the command of `ssh`.
        let own = arguments.prefix { $0 != "--" }
        // These work on this host's files alone, with this host's own network.
        if own.count > 2, own[1] == "image", ["build", "add", "verify"].contains(own[2]) { return }
        let asked =
            own.firstIndex(of: "--connect").flatMap { own.dropFirst($0 + 1).first }
            ?? environment["CLUSTERFILE_CONNECT"]
        let result = Result { () throws(Diagnosis) in
            let endpoint = try LibvirtEndpoint.find(uri: asked)
            try endpoint.enter()
            return endpoint
        }
        entered.withLock { $0 = result }
    }

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
