import Foundation
import Testing

/// Mistakes in a Clusterfile are told at their places, all at once, with nothing touched.
@Suite struct BadInputTests {
    @Test func `every mistake of a file is told at its place, with exit status 65`() async throws {
        let cluster = try TestCluster(
            name: "broken",
            clusterfile: """
                cluster: broken
                network:
                  adress: 192.168.150.0/24
                machines:
                  - name: one
                    address: 192.168.150.11
                    image: debian-12
                    memory: lots
                """)
        let result = try await cluster.clusterfile("up", "--yes")
        #expect(result.status == 65, "\(result.transcript)")
        #expect(result.errors.contains("Clusterfile:3:3: "), "\(result.transcript)")
        #expect(result.errors.contains("address"), "\(result.transcript)")
        #expect(result.errors.contains("Clusterfile:8:13: "), "\(result.transcript)")
        #expect(try await !TestCluster.virsh("list", "--all", "--name").contains("broken_"))
        await cluster.remove()
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
