import Foundation
import Testing

@testable import SecureShell

struct FileTests {
    private var soon: ContinuousClock.Instant { .now + .seconds(60) }

    @Test func twentyMegabytesArriveUnchangedAndComeBack() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        let session = try await server.session()
        let bytes = Samples.bytes(20_000_000)
        let path = server.folder.path + "/big"
        let clock = ContinuousClock()
        let up = try await clock.measure { try await session.put(bytes, to: path, deadline: soon) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(bytes))
        let began = clock.now
        #expect(try await session.get(path, deadline: soon) == bytes)
        let down = clock.now - began
        // Not a bound on speed: it fails where each packet waits for another's acknowledgement.
        #expect(up < .seconds(10) && down < .seconds(10), "up \(up), down \(down)")
    }

    @Test func aFileIsReplacedAtOnceWithItsModeWhateverTheUmask() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        let session = try await server.session()
        let path = server.folder.path + "/tool"
        try await session.put(Array("first".utf8), to: path, mode: 0o600, deadline: soon)
        #expect(try await session.status(of: path, deadline: soon)?.mode == 0o600)
        try await session.put(Array("second!".utf8), to: path, mode: 0o777, deadline: soon)
        let status = try #require(try await session.status(of: path, deadline: soon))
        #expect(status.mode == 0o777)
        #expect(status.sizeBytes == 7)
        #expect(status.userID == geteuid())
        #expect(try await session.get(path, deadline: soon) == Array("second!".utf8))
        let names = try FileManager.default.contentsOfDirectory(atPath: server.folder.path)
        #expect(!names.contains { $0.hasSuffix(".part") })
    }

    @Test func anEmptyFileIsAFileToo() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        let session = try await server.session()
        let path = server.folder.path + "/empty"
        try await session.put([], to: path, deadline: soon)
        #expect(try await session.get(path, deadline: soon) == [])
    }

    @Test func whatIsNotThereIsSaidSo() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        let session = try await server.session()
        let path = server.folder.path + "/none/file"
        #expect(try await session.status(of: path, deadline: soon) == nil)
        await #expect(
            throws: SecureShellError.fileOperationFailed(action: "read", path: path, status: .noSuchFile)
        ) { try await session.get(path, deadline: soon) }
        await #expect(
            throws: SecureShellError.fileOperationFailed(action: "write", path: path, status: .noSuchFile)
        ) { try await session.put([1], to: path, deadline: soon) }
        try await session.delete(path, deadline: soon)
    }

    @Test func aFileThatCannotTakeItsPlaceLeavesNothingBehind() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        let session = try await server.session()
        let path = server.folder.path + "/folder"
        try FileManager.default.createDirectory(atPath: path + "/full", withIntermediateDirectories: true)
        await #expect(throws: SecureShellError.self) { try await session.put([1], to: path, deadline: soon) }
        let names = try FileManager.default.contentsOfDirectory(atPath: server.folder.path)
        #expect(!names.contains { $0.hasSuffix(".part") })
    }

    @Test func commandsGoOnWhileAFileTravels() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        let session = try await server.session()
        let path = server.folder.path + "/big"
        async let putting: Void = session.put(Array(repeating: 7, count: 30_000_000), to: path, deadline: soon)
        for index in 1...5 {
            #expect(try await session.run("echo \(index)", deadline: soon).outputText == "\(index)\n")
        }
        try await putting
        #expect(try await session.status(of: path, deadline: soon)?.sizeBytes == 30_000_000)
    }

    @Test func cancellingATransferLeavesNothingBehind() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        let session = try await server.session()
        let path = server.folder.path + "/big"
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await session.put(Array(repeating: 7, count: 1_000_000), to: path, deadline: soon)
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        let names = try FileManager.default.contentsOfDirectory(atPath: server.folder.path)
        #expect(!names.contains { $0.hasPrefix("big") })
    }
}
