import Diagnostics
import Foundation
import Hypervisor
import Testing

@testable import PlanExecution

@Suite struct HostsBlockTests {
    private static func block(_ machines: [(String, String)]) -> HostsBlock {
        var cluster = ObservedCluster(name: "kube", uuid: Samples.uuid, domains: [])
        cluster.machines = machines.map { name, address in
            .init(name: name, domain: "d", state: .running, address: address, user: "cluster", role: nil)
        }
        return HostsBlock(of: cluster)
    }

    private static let two = block([("a", "10.9.0.11"), ("b", "10.9.0.12")])
    private static let marked = """
        # clusterfile \(Samples.uuid) begins: cluster 'kube', see clusterfile hosts --help
        10.9.0.11\ta
        10.9.0.12\tb
        # clusterfile \(Samples.uuid) ends

        """

    @Test(arguments: ["", "127.0.0.1 localhost\n", "127.0.0.1 localhost\n\n# mine\n"])
    func `names come to the end, once, and go without a trace`(_ before: String) throws {
        let after = try Self.two.applied(to: before)
        #expect(after == before + Self.marked)
        #expect(try Self.two.applied(to: after) == after)
        #expect(try Self.two.removed(from: after) == before)
        #expect(try Self.two.removed(from: before) == before)
    }

    @Test func `other names take the place of the former and what is around them stays`() throws {
        let one = Self.block([("a", "10.9.0.99")])
        let text = "first\n" + Self.marked + "last\n"
        #expect(
            try one.applied(to: text) == """
                first
                # clusterfile \(Samples.uuid) begins: cluster 'kube', see clusterfile hosts --help
                10.9.0.99\ta
                # clusterfile \(Samples.uuid) ends
                last

                """)
        #expect(try one.removed(from: text) == "first\nlast\n")
    }

    @Test func `a last line without an end is kept as it is`() throws {
        #expect(try Self.two.applied(to: "127.0.0.1 localhost") == "127.0.0.1 localhost\n" + Self.marked)
    }

    @Test func `a block whose end was cut off is not guessed`() {
        let text = "first\n" + Self.marked.split(separator: "\n").dropLast().joined(separator: "\n") + "\nlast\n"
        let refusal = #expect(throws: Diagnosis.self) { try Self.two.applied(to: text) }
        #expect(refusal?.what == "the names of cluster 'kube' begin in line 2 and do not end")
    }

    @Test func `the file keeps its mode and changes only where it has to`() async throws {
        let path = Samples.folder()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data("127.0.0.1 localhost\n".utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        let file = HostsFile(path: path)
        #expect(try await file.apply(Self.two))
        #expect(try await !file.apply(Self.two))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "127.0.0.1 localhost\n" + Self.marked)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o640)
        #expect(try await file.remove(Self.two))
        #expect(try await !file.remove(Self.two))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "127.0.0.1 localhost\n")
    }
}
