import JSON
import Testing

@Suite struct StubImageTests {
    @Test func `a cluster of stub machines goes up, is found as it shall be, and goes down`() async throws {
        let cluster = try TestCluster(
            name: "stubs", images: try await StubImage.catalogue(),
            clusterfile: """
                cluster: stubs
                network: {address: 192.168.162.0/24}
                machines:
                  - {name: one, address: 192.168.162.11, image: stub, memory: 256MiB, disk: 3GiB}
                  - {name: two, address: 192.168.162.12, image: stub, memory: 256MiB, disk: 3GiB}
                """)
        try await cluster.output("up", "--yes", deadline: 120)
        #expect(try await cluster.ssh("two", "hostname") == "two\n")
        #expect(try JSON(parsing: try await cluster.output("up", "-o", "json"))["changes"]?.integer == 0)
        try await cluster.output("down", "--yes")
        #expect(try await !TestCluster.virsh("list", "--all", "--name").contains("stubs_"))
        await cluster.remove()
    }
}
