import Crypto
import Glibc
import JSON
import Linux
import Testing

@testable import ContainerImages

/// Needs root, which may make the nodes that hide files of lower layers, and fails without it.
@Suite struct ImageStoreTests {
    @Test func `imports an archive and finds the image by every way of naming it`() throws {
        try withTemporaryFolder { folder in
            let store = try ImageStore(root: folder + "/store")
            let path = try TestImage().write(to: folder + "/busybox.tar")
            #expect(try store.importArchive(path).map(\.description) == ["docker.io/library/busybox:latest"])
            for name in ["busybox", "busybox:latest", "docker.io/library/busybox:latest"] {
                let image = try store.resolve(name)
                #expect(image.configuration.command == ["run"] && image.configuration.environment == ["A=b"])
                #expect(image.layers.count == 2)
            }
            let image = try store.resolve("busybox")
            #expect(try store.resolve("busybox@" + image.digest).layers == image.layers)
            #expect(try store.list().map(\.digest) == [image.digest])
            #expect(throws: ImageError.missing(reference: "other")) { try store.resolve("other") }
        }
    }

    @Test func `unpacks layers with modes, links and what they hide`() throws {
        try withTemporaryFolder { folder in
            let store = try ImageStore(root: folder + "/store")
            try store.importArchive(try TestImage().write(to: folder + "/busybox.tar"))
            let image = try store.resolve("busybox")
            let lower = image.layersFolder + "/" + image.layers[1]
            let upper = image.layersFolder + "/" + image.layers[0]
            let tool = try #require(try FileSystem.information(lower + "/bin/tool"))
            #expect(tool.st_mode == S_IFREG | 0o4755 && tool.st_uid == 12 && tool.st_nlink == 2)
            #expect(try FileSystem.linkTarget(lower + "/bin/alias") == "tool")
            #expect(try FileSystem.node(upper + "/bin/tool") == .device(mode: S_IFCHR | 0o0, major: 0, minor: 0))
            #expect(try FileSystem.extendedAttribute("trusted.overlay.opaque", of: upper + "/etc") == Array("y".utf8))
        }
    }

    @Test func `imports a folder once, and again when an archive changes`() throws {
        try withTemporaryFolder { folder in
            let store = try ImageStore(root: folder + "/store")
            try FileSystem.makeFolder(folder + "/images")
            _ = try TestImage().write(to: folder + "/images/busybox.tar")
            #expect(try store.importFolder(folder + "/images").count == 1)
            let first = try store.resolve("busybox").digest
            #expect(try store.importFolder(folder + "/images").isEmpty)
            _ = try TestImage(command: "other").write(to: folder + "/images/busybox.tar")
            #expect(try store.importFolder(folder + "/images").count == 1)
            #expect(try store.resolve("busybox").digest != first)
        }
    }

    @Test func `a broken archive does not keep the others out`() throws {
        try withTemporaryFolder { folder in
            let store = try ImageStore(root: folder + "/store")
            try FileSystem.makeFolder(folder + "/images")
            try AtomicFile.write("no archive".utf8, to: folder + "/images/a.tar")
            _ = try TestImage().write(to: folder + "/images/busybox.tar")
            #expect(throws: ImageError.self) { try store.importFolder(folder + "/images") }
            #expect(try store.resolve("busybox").configuration.command == ["run"])
        }
    }

    @Test func `refuses content that does not match its digest, and keeps nothing of it`() throws {
        try withTemporaryFolder { folder in
            let store = try ImageStore(root: folder + "/store")
            let path = try TestImage(isDamaged: true).write(to: folder + "/busybox.tar")
            #expect(throws: ImageError.self) { try store.importArchive(path) }
            #expect(try store.list().isEmpty)
            #expect(try FileSystem.names(in: folder + "/store/layers").isEmpty)
        }
    }

    @Test func `refuses a layer that leads out of itself`() throws {
        try withTemporaryFolder { folder in
            var layer = TarArchive()
            layer.add("../../escaped", content: [1])
            let store = try ImageStore(root: folder + "/store")
            let path = try TestImage(layers: [layer]).write(to: folder + "/evil.tar")
            #expect(throws: ImageError.self) { try store.importArchive(path) }
            #expect(!FileSystem.exists(folder + "/escaped") && !FileSystem.exists(folder + "/store/escaped"))
        }
    }

    @Test func `clears away what a killed import left`() throws {
        try withTemporaryFolder { folder in
            let store = try ImageStore(root: folder + "/store")
            try FileSystem.makeFolder(folder + "/store/layers/.unfinished.1.2/bin")
            try AtomicFile.write([], to: folder + "/store/blobs/.incoming.1.2")
            try store.importArchive(try TestImage().write(to: folder + "/busybox.tar"))
            #expect(try FileSystem.names(in: folder + "/store/layers").count == 2)
            #expect(try FileSystem.names(in: folder + "/store/blobs").count == 4)
        }
    }
}

/// A small image as an archive of an OCI layout.
struct TestImage {
    var command = "run"
    var isDamaged = false
    var layers: [TarArchive] = TestImage.twoLayers

    private static var twoLayers: [TarArchive] {
        var lower = TarArchive()
        lower.add("bin/", type: "5", mode: 0o755)
        lower.add("bin/tool", content: Array("tool".utf8), mode: 0o4755, user: 12)
        lower.add("bin/same", type: "1", link: "bin/tool")
        lower.add("bin/alias", type: "2", link: "tool")
        lower.add("etc/", type: "5", mode: 0o755)
        var upper = TarArchive()
        upper.add("bin/.wh.tool")
        upper.add("etc/.wh..wh..opq")
        upper.add("etc/new", content: [1])
        return [lower, upper]
    }

    func write(to path: String) throws -> String {
        var archive = TarArchive()
        func blob(_ content: [UInt8], damaged: Bool = false) -> JSON {
            let digest = digestText(SHA256.hash(data: content))
            archive.add("blobs/sha256/" + digest.dropFirst(7), content: damaged ? content.map { $0 ^ 1 } : content)
            return [
                "digest": JSON(digest), "size": JSON(content.count),
                "mediaType": "application/vnd.oci.image.layer.v1.tar",
            ]
        }
        archive.add("oci-layout", content: Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8))
        let descriptors = layers.map { blob($0.closed, damaged: isDamaged) }
        let configuration: JSON = [
            "config": ["Cmd": JSON([command]), "Env": ["A=b"]],
            "rootfs": ["diff_ids": .array(descriptors.compactMap { $0["digest"] })],
        ]
        let manifest: JSON = ["config": blob(configuration.bytes), "layers": .array(descriptors)]
        var entry = blob(manifest.bytes)
        entry["annotations"] = ["org.opencontainers.image.ref.name": "latest"]
        archive.add("index.json", content: (["manifests": .array([entry])] as JSON).bytes)
        try AtomicFile.write(archive.closed, to: path)
        return path
    }
}

func withTemporaryFolder(_ body: (String) throws -> Void) throws {
    let folder = "/tmp/cf-\(UInt32.random(in: 0 ... .max))"
    try FileSystem.makeFolder(folder)
    defer { try? FileSystem.remove(folder) }
    try body(folder)
}
