import Linux
import Testing

@testable import ContainerImages

@Suite struct GzipBytesTests {
    @Test func `inflates what gzip deflated, also several members in a row`() throws {
        try withTemporaryFolder { folder in
            let text = String(repeating: "all work and no play ", count: 20_000)
            try AtomicFile.write(text.utf8, to: folder + "/a")
            _ = try Program.run(["sh", "-c", "gzip -c \(folder)/a > \(folder)/b; gzip -c \(folder)/a >> \(folder)/b"])
            let gzip = GzipBytes(try FileBytes(folder + "/b"), name: "test")
            var all: [UInt8] = []
            while case let piece = try gzip.next(), !piece.isEmpty { all += piece }
            #expect(all == Array((text + text).utf8))
        }
    }

    @Test func `says that data is cut off or damaged`() throws {
        try withTemporaryFolder { folder in
            _ = try Program.run(["sh", "-c", "seq 10000 | gzip -c > \(folder)/a"])
            let bytes = try FileSystem.read(folder + "/a")
            var damaged = bytes
            damaged[bytes.count / 2] ^= 0x55
            for broken in [Array(bytes.dropLast(20)), damaged, []] {
                let gzip = GzipBytes(Pieces(broken, of: 1000), name: "test")
                #expect(throws: ImageError.self) {
                    while try !gzip.next().isEmpty {}
                }
            }
        }
    }
}
