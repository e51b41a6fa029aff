import Crypto
import Foundation
import Testing

@testable import MachineImages

/// Disk images from elsewhere come into the catalogue with their checksum, or not at all.
@Suite struct ImageAddTests {
    private let root = FileManager.default.temporaryDirectory.appendingPathComponent("adding-\(UUID().uuidString)").path
    private var catalogue: ImageCatalogue { ImageCatalogue(folder: root + "/catalogue") }

    /// A raw disk of one sector with a boot sector's signature.
    private static func disk(_ first: UInt8 = 0) -> Data {
        var bytes = [UInt8](repeating: 0, count: 512)
        (bytes[0], bytes[510], bytes[511]) = (first, 0x55, 0xAA)
        return Data(bytes)
    }

    private func file(_ data: Data) throws -> String {
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        let path = root + "/disk-\(UUID().uuidString).img"
        try data.write(to: URL(fileURLWithPath: path))
        return path
    }

    private static func sha256(_ data: Data) -> String {
        SHA256.hash(data: data).map { String(format: "%02x", $0) }.joined()
    }

    private func never(_ url: String, _ path: String) async throws { Issue.record("downloaded \(url) without need") }

    @Test func `a file is copied, known by its content, and boots by its own loader`() async throws {
        let path = try file(Self.disk())
        let added = try await catalogue.add(.file(path: path, sha256: nil), name: "elsewhere", download: never)
        let image = try catalogue.image(named: "elsewhere")
        #expect(image.boot == .bootLoader)
        #expect(image.diskFormat == .raw)
        #expect(image.virtualBytes == 512)
        #expect(added.key == String(Self.sha256(Self.disk()).prefix(16)))
        #expect(added.source == path)
        #expect(added.bytes == 512)
        #expect(added.damages() == [])
        #expect(FileManager.default.fileExists(atPath: path))
        // The same again changes nothing; other content under the name is refused.
        #expect(try await catalogue.add(.file(path: path, sha256: nil), name: "elsewhere", download: never) == added)
        let other = try file(Self.disk(1))
        await #expect(throws: ImageError.nameTaken("elsewhere", folder: added.folder)) {
            try await catalogue.add(.file(path: other, sha256: nil), name: "elsewhere", download: never)
        }
    }

    @Test func `what has another checksum than was asked for is not kept`() async throws {
        let (wanted, path) = (String(repeating: "0", count: 64), try file(Self.disk()))
        let found = Self.sha256(Self.disk())
        await #expect(throws: ImageError.otherContent(source: path, expected: wanted, found: found)) {
            try await catalogue.add(.file(path: path, sha256: wanted), name: "x", download: never)
        }
        await #expect(throws: ImageError.otherContent(source: "http://h/x", expected: wanted, found: found)) {
            try await catalogue.add(.url("http://h/x", sha256: wanted), name: "x") { _, path in
                try Self.disk().write(to: URL(fileURLWithPath: path))
            }
        }
        #expect(catalogue.newest() == [])
        #expect(try FileManager.default.contentsOfDirectory(atPath: catalogue.folder + "/downloads") == [])
    }

    @Test func `a wrong checksum is told also where the name is taken, and a file that is not there as such`()
        async throws
    {
        let path = try file(Self.disk())
        try await catalogue.add(.file(path: path, sha256: nil), name: "x", download: never)
        let (wanted, found) = (String(repeating: "0", count: 64), Self.sha256(Self.disk()))
        await #expect(throws: ImageError.otherContent(source: path, expected: wanted, found: found)) {
            try await catalogue.add(.file(path: path, sha256: wanted), name: "x", download: never)
        }
        await #expect(throws: ImageError.noSource(path: "/nowhere", reason: "No such file or directory")) {
            try await catalogue.add(.file(path: "/nowhere", sha256: nil), name: "y", download: never)
        }
    }

    @Test func `a download that was cut short goes on in the same file`() async throws {
        let disk = Self.disk()
        let source = ImageCatalogue.Source.url("https://h/x.img", sha256: Self.sha256(disk))
        struct CutShort: Error {}
        await #expect(throws: CutShort.self) {
            try await catalogue.add(source, name: "x") { _, path in
                try disk.prefix(100).write(to: URL(fileURLWithPath: path))
                throw CutShort()
            }
        }
        try await catalogue.add(source, name: "x") { _, path in
            var file = try Data(contentsOf: URL(fileURLWithPath: path))
            #expect(file == disk.prefix(100))
            file += disk.dropFirst(100)
            try file.write(to: URL(fileURLWithPath: path))
        }
        #expect(try catalogue.image(named: "x").disk.sha256 == Self.sha256(disk))
        try await catalogue.add(source, name: "x", download: never)
    }

    @Test(arguments: [
        ([UInt8](repeating: 0x1f, count: 512), "it is neither a qcow2 file nor a raw disk with a boot sector"),
        (Self.qcow2(backing: 1), "it is an overlay of another file"),
        (Self.qcow2(encryption: 1), "it is encrypted"),
        (Self.qcow2(features: 4), "its data is in another file"),
    ])
    func `a file that is no disk by itself is refused`(bytes: [UInt8], reason: String) async throws {
        let path = try file(Data(bytes))
        await #expect(throws: ImageError.flawed(source: path, reason: reason)) {
            try await catalogue.add(.file(path: path, sha256: nil), name: "x", download: never)
        }
    }

    @Test func `a whole qcow2 file is taken`() async throws {
        let path = try file(Data(Self.qcow2()))
        try await catalogue.add(.file(path: path, sha256: nil), name: "x", download: never)
        #expect(try catalogue.image(named: "x").virtualBytes == 3 << 30)
    }

    private static func qcow2(backing: UInt8 = 0, encryption: UInt8 = 0, features: UInt8 = 0) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 512)
        bytes.replaceSubrange(0..<8, with: [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3])
        bytes[28] = 0xC0
        (bytes[15], bytes[35], bytes[79]) = (backing, encryption, features)
        return bytes
    }

    @Test(arguments: [
        ("https://h/debian-12-genericcloud-amd64.qcow2", "debian-12-genericcloud-amd64"),
        ("/srv/Noble_Server.img", "noble-server"), ("disk", "disk"),
    ])
    func `an image is named after its file`(location: String, name: String) {
        #expect(ImageCatalogue.Source.file(path: location, sha256: nil).defaultName == name)
    }
}
