import Foundation
import Testing

/// Mistakes in a Clusterfile are told at their places, all at once, with nothing touched.
@Suite struct BadInputTests {
    private static let broken = TestCluster.project.appendingPathComponent("Tests/Provision/ClusterfilesTests/Broken")

    static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: broken.path).filter { $0.hasSuffix(".yml") }
            .map { String($0.dropLast(4)) }.sorted()
    }

    @Test(arguments: try names()) func `every mistake of a file is told to the letter, with exit status 65`(
        name: String
    ) async throws {
        let text = try String(contentsOf: Self.broken.appendingPathComponent(name + ".yml"), encoding: .utf8)
        let expected = try String(contentsOf: Self.broken.appendingPathComponent(name + ".txt"), encoding: .utf8)
        let cluster = try TestCluster(name: "broken", clusterfile: text)
        let (machines, networks) = (
            try await TestCluster.virsh("list", "--all", "--name"),
            try await TestCluster.virsh("net-list", "--all", "--name")
        )
        let result = try await cluster.clusterfile("up", "--yes")
        #expect(result.status == 65, "\(result.transcript)")
        // The unit tests' catalogue, for which the texts are written, has one image.
        #expect(result.errors.replacingOccurrences(of: "debian-12, debian-12-python", with: "debian-12") == expected)
        #expect(result.output == "")
        #expect(try await TestCluster.virsh("list", "--all", "--name") == machines)
        #expect(try await TestCluster.virsh("net-list", "--all", "--name") == networks)
        #expect(!FileManager.default.fileExists(atPath: cluster.folder.appendingPathComponent("state").path))
        try FileManager.default.removeItem(at: cluster.folder)
    }

    @Test func `there are enough broken files`() throws {
        #expect(try Self.names().count >= 10)
    }

    @Test func `wrong usage is exit status 64`() async throws {
        let cluster = try TestCluster(name: "usage", clusterfile: "cluster: usage\n")
        #expect(try await cluster.clusterfile("up", "--nonsense").status == 64)
        #expect(try await cluster.clusterfile("nonsense").status == 64)
        await cluster.remove()
    }

    @Test func `a folder without a Clusterfile says what to do`() async throws {
        let cluster = try TestCluster(name: "empty", clusterfile: "")
        try FileManager.default.removeItem(at: cluster.folder.appendingPathComponent("Clusterfile"))
        let result = try await cluster.clusterfile("status")
        #expect(result.status == 1)
        #expect(result.errors.contains("there is no Clusterfile here"), "\(result.transcript)")
        await cluster.remove()
    }
}
