import Foundation
import JSON

/// A cluster of the tests' own: its name, address range, Clusterfile and state folder belong to nobody else.
struct TestCluster: Sendable {
    let name: String
    let folder: URL
    let programs: URL
    /// The catalogue of images, such as `StubImage`'s; nil for the host's.
    let images: String?
    /// Whether a port of this host leads to the API server, and nothing else does.
    var reachesAPIByForward = false

    static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Writes the Clusterfile into a fresh folder, and takes away what an earlier run left of the cluster and its forks. The
    /// text's `$PROJECT` becomes the project's folder.
    init(name: String, images: String? = nil, forks: [String] = [], clusterfile text: String) throws {
        guard let programs = ProcessInfo.processInfo.environment["CLUSTERFILE_PROGRAMS"] else {
            throw SetupError("CLUSTERFILE_PROGRAMS is not set: run these tests through scripts/test")
        }
        self.name = name
        self.images = images
        self.programs = URL(fileURLWithPath: programs)
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("\(name)-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try write(text)
        let files = FileManager.default
        for earlier in try files.contentsOfDirectory(at: files.temporaryDirectory, includingPropertiesForKeys: nil)
        where earlier.lastPathComponent != folder.lastPathComponent && isFolder(earlier.lastPathComponent) {
            // With its keys `down` also ends who carries ports.
            try removeLeftovers([name] + forks, stateHome: Self.stateHome(in: earlier))
            try files.removeItem(at: earlier)
        }
        try removeLeftovers([name] + forks, stateHome: Self.stateHome(in: folder))
    }

    private func removeLeftovers(_ clusters: [String], stateHome: String) throws {
        for cluster in clusters {
            let down = try Command.start(
                ["clusterfile", "down", "-c", cluster, "--yes"],
                environment: environment.merging(["XDG_STATE_HOME": stateHome]) { $1 })
            down.process.waitUntilExit()
            let result = down.result()
            guard result.status == 0 else { throw CommandFailure(result: result) }
        }
    }

    /// Whether a file's name is that of a folder of the cluster's, of any run.
    private func isFolder(_ file: String) -> Bool {
        file.hasPrefix(name + "-") && UUID(uuidString: String(file.dropFirst(name.count + 1))) != nil
    }

    private static func stateHome(in folder: URL) -> String { folder.appendingPathComponent("state").path }

    func write(_ text: String) throws {
        try text.replacingOccurrences(of: "$PROJECT", with: Self.project.path)
            .write(to: folder.appendingPathComponent("Clusterfile"), atomically: true, encoding: .utf8)
    }

    /// The cluster's number, which its volumes are named by; asked for once.
    func uuid() async throws -> String {
        guard let uuid = try JSON(parsing: try await output("status", "-o", "json"))["uuid"]?.string else {
            throw SetupError("status names no uuid")
        }
        return uuid
    }

    var environment: [String: String] {
        var environment = [
            "XDG_STATE_HOME": Self.stateHome(in: folder),
            "PATH": programs.path + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? ""),
        ]
        environment["CLUSTERFILE_IMAGES"] = images
        return environment
    }

    /// Runs `clusterfile` in the cluster's folder.
    func clusterfile(_ arguments: String..., deadline: TimeInterval = 300) async throws -> CommandResult {
        try await Command.run(["clusterfile"] + arguments, environment: environment, folder: folder, deadline: deadline)
    }

    /// Runs `clusterfile` and gives its output; any other exit status than 0 is the test's failure.
    @discardableResult
    func output(_ arguments: String..., deadline: TimeInterval = 300) async throws -> String {
        try await Command.output(
            ["clusterfile"] + arguments, environment: environment, folder: folder, deadline: deadline)
    }

    func start(_ arguments: String...) throws -> RunningCommand {
        try Command.start(["clusterfile"] + arguments, environment: environment, folder: folder)
    }

    /// Runs a command line in a machine, as its ordinary user.
    @discardableResult
    func ssh(_ machine: String, _ commandLine: String, deadline: TimeInterval = 120) async throws -> String {
        try await Command.output(
            ["clusterfile", "ssh", machine, "--", commandLine], environment: environment, folder: folder,
            deadline: deadline)
    }

    /// Runs Debian's kubectl where the machines can be reached, or where their forwarded ports are, with the cluster's kubeconfig.
    @discardableResult
    func kubectl(_ arguments: String..., input: String? = nil, deadline: TimeInterval = 120) async throws -> String {
        let result = try await tryKubectl(arguments, input: input, deadline: deadline)
        guard result.status == 0 else { throw CommandFailure(result: result) }
        return result.output
    }

    func tryKubectl(_ arguments: [String], input: String? = nil, deadline: TimeInterval = 120) async throws
        -> CommandResult
    {
        let kubeconfig = folder.appendingPathComponent("kubeconfig")
        if !FileManager.default.fileExists(atPath: kubeconfig.path) {
            try await output("kubeconfig").write(to: kubeconfig, atomically: true, encoding: .utf8)
        }
        return try await Command.run(
            (reachesAPIByForward ? [] : [Self.lab, "exec"]) + ["kubectl", "--kubeconfig", kubeconfig.path] + arguments,
            input: input,
            environment: environment,
            folder: folder, deadline: deadline)
    }

    func kubectlJSON(_ arguments: String...) async throws -> JSON {
        let result = try await tryKubectl(arguments + ["-o", "json"])
        guard result.status == 0 else { throw CommandFailure(result: result) }
        return try JSON(parsing: result.output)
    }

    /// Runs virsh against the libvirt under test.
    @discardableResult
    static func virsh(_ arguments: String...) async throws -> String { try await virsh(arguments) }

    @discardableResult
    static func virsh(_ arguments: [String]) async throws -> String {
        try await Command.output([lab, "exec", "virsh", "-c", libvirt()] + arguments)
    }

    /// The folder of the pool under test.
    static func poolFolder() async throws -> String {
        let xml = try await virsh("pool-dumpxml", "clusterfile")
        guard let path = xml.firstMatch(of: /<path>([^<]+)<\/path>/)?.1 else {
            throw SetupError("the pool has no path")
        }
        return String(path)
    }

    static var lab: String { project.appendingPathComponent("scripts/lab").path }

    static func libvirt() throws -> String {
        let record = "/run/clusterfile-lab/record.json"
        guard FileManager.default.fileExists(atPath: record) else { return "qemu:///system" }
        return try JSON(parsing: Data(contentsOf: URL(fileURLWithPath: record)))["uri"]?.string ?? "qemu:///system"
    }

    /// Takes all of it away, whatever the test left.
    func remove() async {
        // Best effort: the test has already said what failed.
        _ = try? await clusterfile("down", "--yes", deadline: 120)
        try? FileManager.default.removeItem(at: folder)
    }
}

struct SetupError: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
