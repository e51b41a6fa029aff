import Foundation
import Testing

@testable import SecureShell

struct ConnectionTests {
    private var soon: ContinuousClock.Instant { .now + .seconds(30) }

    @Test func aServerThatIsStillStartingIsConnectedToOnceItListens() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        let session = try await SecureShellSession.connectWhenReady(to: server.target(), deadline: soon)
        #expect(try await session.run("echo hello", deadline: soon).outputText == "hello\n")
    }

    @Test func aKeyInMemoryWorksAsOneInAFile() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        var target = server.target()
        target.privateKey = .text(
            try String(contentsOf: server.folder.appendingPathComponent("user"), encoding: .utf8))
        let session = try await SecureShellSession.connectWhenReady(to: target, deadline: soon)
        #expect(try await session.run("true", deadline: soon).exitCode == 0)
    }

    @Test func aWrongHostKeyIsRefusedAtOnceAndBothFingerprintsAreNamed() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        let wrong = try server.publicKey("stranger")
        await #expect(
            throws: SecureShellError.hostKeyMismatch(
                address: "127.0.0.1", expected: wrong.fingerprint, offered: server.hostKey.fingerprint)
        ) {
            _ = try await SecureShellSession.connectWhenReady(to: server.target(hostKey: wrong), deadline: soon)
        }
    }

    @Test func aWrongUserKeyIsRefusedAtOnce() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        await #expect(throws: SecureShellError.authenticationRefused(user: NSUserName(), address: "127.0.0.1")) {
            _ = try await SecureShellSession.connectWhenReady(to: server.target(key: "stranger"), deadline: soon)
        }
    }

    @Test func nobodyListeningIsUnreachableAndSaysWhy() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        var target = server.target()
        target.port = try LocalServer.freePort()
        let unreachable = SecureShellError.unreachable(
            address: "127.0.0.1", port: target.port, reason: "Connection refused")
        await #expect(throws: unreachable) { _ = try await SecureShellSession.connect(to: target, deadline: soon) }
        await #expect(throws: unreachable) {
            _ = try await SecureShellSession.connectWhenReady(to: target, deadline: .now + .seconds(1))
        }
    }

    @Test func aServerThatAcceptsAndSaysNothingIsGivenUpAtTheDeadline() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        let silent = try SilentServer()
        var target = server.target()
        target.port = silent.port
        await #expect(throws: SecureShellError.timedOut(during: "the SSH handshake", address: "127.0.0.1")) {
            _ = try await SecureShellSession.connect(to: target, deadline: .now + .seconds(1))
        }
    }

    @Test func cancellingEndsAConnectionThatIsBeingMade() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        let silent = try SilentServer()
        var target = server.target()
        target.port = silent.port
        let task = Task { [target] in
            _ = try await SecureShellSession.connect(to: target, deadline: .now + .seconds(600))
        }
        try await silent.accepted()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func aKeyThatIsNoneIsNamedByItsPlaceAndNeverShown() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        _ = try await server.session()
        var target = server.target()
        target.privateKey = .file("/nonexistent/key")
        await #expect(throws: SecureShellError.unreadablePrivateKey(source: "/nonexistent/key")) {
            _ = try await SecureShellSession.connect(to: target, deadline: soon)
        }
        target.privateKey = .text("top secret")
        await #expect(throws: SecureShellError.unreadablePrivateKey(source: "memory")) {
            _ = try await SecureShellSession.connect(to: target, deadline: soon)
        }
        #expect(!"\(target)".contains("secret"))
        #expect(!String(reflecting: target).contains("secret"))
    }

    @Test func sessionsGiveBackTheirDescriptors() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        for _ in 1...5 {
            let session = try await server.session()
            let link = "/proc/self/fd/\(await session.descriptor)"
            let socket = try FileManager.default.destinationOfSymbolicLink(atPath: link)
            #expect(socket.hasPrefix("socket:"))
            await session.close()
            // The number may be another test's by now, but not with the same socket.
            #expect((try? FileManager.default.destinationOfSymbolicLink(atPath: link)) != socket)
            await #expect(throws: SecureShellError.self) { try await session.run("true", deadline: soon) }
        }
    }
}
