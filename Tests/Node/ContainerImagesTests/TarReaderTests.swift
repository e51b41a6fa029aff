import Testing

@testable import ContainerImages

@Suite struct TarReaderTests {
    @Test func `reads entries and their content in any pieces`() throws {
        var archive = TarArchive()
        archive.add("a/", type: "5", mode: 0o755)
        archive.add("a/file", content: Array("hello".utf8), mode: 0o4755, user: 1000)
        archive.add("a/link", type: "2", link: "file")
        archive.add("deep", prefix: "very")
        for size in [1, 7, 512, 4096] {
            var reader = TarReader(Pieces(archive.closed, of: size), name: "test")
            let folder = try #require(try reader.next())
            #expect(folder.kind == .folder && folder.path == "a/" && folder.mode == 0o755)
            let file = try #require(try reader.next())
            #expect(file.kind == .file && file.mode == 0o4755 && file.user == 1000 && file.modifiedAt == 1_700_000_000)
            #expect(try reader.wholeContent(limit: 10) == Array("hello".utf8))
            let link = try #require(try reader.next())
            #expect(link.kind == .symbolicLink && link.linkTarget == "file")
            #expect(try reader.next()?.path == "very/deep")
            #expect(try reader.next() == nil)
        }
    }

    @Test func `skips content that nobody read`() throws {
        var archive = TarArchive()
        archive.add("large", content: [UInt8](repeating: 7, count: 3000))
        archive.add("next")
        var reader = TarReader(Pieces(archive.closed, of: 1000), name: "test")
        _ = try reader.next()
        _ = try reader.nextPiece()
        #expect(try reader.next()?.path == "next")
    }

    @Test func `reads GNU's long names and pax headers`() throws {
        let long = String(repeating: "long/", count: 60) + "name"
        var archive = TarArchive()
        archive.add("././@LongLink", type: "L", content: Array(long.utf8) + [0])
        archive.add("././@LongLink", type: "K", content: Array("target".utf8) + [0])
        archive.add("cut", type: "2")
        archive.addPax([("path", "päx/" + long), ("uid", "4000000"), ("mtime", "12.5"), ("SCHILY.xattr.user.x", "y")])
        archive.add("cut", content: [1, 2, 3])
        archive.add("plain")
        var reader = TarReader(Pieces(archive.closed, of: 700), name: "test")
        let link = try #require(try reader.next())
        #expect(link.path == long && link.linkTarget == "target")
        let file = try #require(try reader.next())
        #expect(file.path == "päx/" + long && file.user == 4_000_000 && file.modifiedAt == 12)
        #expect(file.extendedAttributes == ["user.x": Array("y".utf8)])
        #expect(try reader.next()?.path == "plain", "an extension describes one entry")
    }

    @Test func `reads sizes in base 256`() throws {
        var archive = TarArchive()
        archive.add("file", content: [9], size: [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
        var reader = TarReader(Pieces(archive.closed, of: 512), name: "test")
        #expect(try reader.next()?.size == 1)
        #expect(try reader.wholeContent(limit: 1) == [9])
    }

    @Test func `says where an archive is damaged`() throws {
        var archive = TarArchive()
        archive.add("file", content: [UInt8](repeating: 1, count: 600))
        var broken = archive.closed
        broken[3] ^= 1
        var reader = TarReader(Pieces(broken, of: 512), name: "test")
        #expect(throws: ImageError.malformedArchive(path: "test", reason: "a header is damaged")) { try reader.next() }
        var cut = TarReader(Pieces(Array(archive.bytes.prefix(900)), of: 512), name: "test")
        _ = try cut.next()
        #expect(throws: ImageError.malformedArchive(path: "test", reason: "it ends early")) {
            while try !cut.nextPiece().isEmpty {}
        }
    }

    @Test(
        arguments: [
            ("a/b", "a/b"), ("/a//b/", "a/b"), ("./a", "a"), ("../a", nil), ("a/../../b", nil), (".", nil), ("", nil),
        ] as [(String, String?)])
    func `confines paths`(path: String, confined: String?) {
        #expect(TarEntry.confined(path) == confined)
    }
}

/// Bytes in pieces of a size.
final class Pieces: ByteSource {
    private var rest: ArraySlice<UInt8>
    private let size: Int

    init(_ bytes: [UInt8], of size: Int) {
        rest = bytes[...]
        self.size = size
    }

    func next() -> [UInt8] {
        defer { rest = rest.dropFirst(size) }
        return Array(rest.prefix(size))
    }
}
