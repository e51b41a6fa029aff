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
        let cluster = try TestCluster(name: "broken", images: try Self.catalogue(), clusterfile: text)
        try Self.fill(cluster.folder)
        let (machines, networks) = (
            try await TestCluster.virsh("list", "--all", "--name"),
            try await TestCluster.virsh("net-list", "--all", "--name")
        )
        let result = try await Command.run(
            ["clusterfile", "up", "--yes"],
            environment: cluster.environment.merging(["MEMORY": "2GiB", "EMPTY": ""]) { $1 }, folder: cluster.folder)
        #expect(result.status == 65, "\(result.transcript)")
        #expect(result.errors == expected)
        #expect(result.output == "")
        #expect(try await TestCluster.virsh("list", "--all", "--name") == machines)
        #expect(try await TestCluster.virsh("net-list", "--all", "--name") == networks)
        #expect(!FileManager.default.fileExists(atPath: cluster.folder.appendingPathComponent("state").path))
        try FileManager.default.removeItem(at: cluster.folder)
    }

    /// The catalogue of the unit tests, for which the texts are written; nothing boots from it.
    private static func catalogue() throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("broken-images-\(getpid())")
        // A header of qcow2 (version 3, 64 KiB clusters) that says 3 GiB.
        var disk = Data([0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3] + [UInt8](repeating: 0, count: 504))
        (disk[23], disk[28]) = (16, 0xC0)
        for (name, files) in [("debian-12", ["disk.qcow2", "vmlinuz", "initrd"]), ("fedora", ["disk.qcow2"])] {
            let image = folder.appendingPathComponent(name + "-0")
            try FileManager.default.createDirectory(at: image, withIntermediateDirectories: true)
            try disk.write(to: image.appendingPathComponent("disk.qcow2"))
            let list = files.map { "\"\($0)\": {\"sha256\": \"0\", \"bytes\": 512}" }.joined(separator: ", ")
            let manifest =
                #"{"name": "\#(name)", "key": "0", "variant": "default", "kernelArguments": "", "files": {\#(list)}}"#
            try Data(manifest.utf8).write(to: image.appendingPathComponent("manifest.json"))
        }
        return folder.path
    }

    /// The files that the broken ones name and that are there.
    private static func fill(_ folder: URL) throws {
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("src"), withIntermediateDirectories: true)
        for name in ["setup", "motd"] { try Data().write(to: folder.appendingPathComponent(name)) }
    }

    @Test func `init writes a file that validate finds valid and never over another`() async throws {
        let cluster = try TestCluster(name: "begin", images: try Self.catalogue(), clusterfile: "")
        let refused = try await cluster.clusterfile("init")
        #expect(refused.status == 1 && refused.errors.contains("is there already"), "\(refused.transcript)")
        try await cluster.output("init", "--force", "--cluster", "begin")
        #expect(try await cluster.output("validate") == "Clusterfile is valid: cluster 'begin' with 3 machines\n")
        try await cluster.output("init", "-f", "Other", "-c", "other")
        #expect(try await cluster.output("validate", "-f", "Other").contains("cluster 'other'"))
        #expect(try await cluster.clusterfile("init", "-f", "Third", "-c", "No Name").status == 64)
        try FileManager.default.removeItem(at: cluster.folder)
    }

    @Test func `schema prints what editors and people read`() async throws {
        let cluster = try TestCluster(name: "schema", clusterfile: "")
        #expect(try await cluster.output("schema").contains("http://json-schema.org/draft-07/schema#"))
        let reference = TestCluster.project.appendingPathComponent("Sources/Provision/Clusterfiles/Reference.md")
        #expect(
            try await cluster.output("schema", "--reference") == String(contentsOf: reference, encoding: .utf8))
        try FileManager.default.removeItem(at: cluster.folder)
    }

    @Test func `there are enough broken files`() throws {
        #expect(try Self.names().count >= 40)
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
