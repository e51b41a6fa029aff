import Glibc
import Testing

@testable import SecureShell

struct ForwardingTests {
    private var soon: ContinuousClock.Instant { .now + .seconds(60) }

    @Test func aForwardedPortReachesWhatTheMachineReaches() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        let session = try await server.session()
        // Through the forward the machine's own SSH server is reached, and through that a second session, both at work.
        let results = try await session.withForwarding(to: "127.0.0.1", port: server.port) { port in
            let target = server.target(port: port)
            let bytes = Samples.bytes(3_000_000)
            return try await withThrowingTaskGroup { group in
                for _ in 1...3 {
                    group.addTask {
                        let inner = try await SecureShellSession.connect(to: target, deadline: .now + .seconds(60))
                        return try await inner.run("cat", input: bytes, deadline: .now + .seconds(60)).output == bytes
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(results == [true, true, true])
        #expect(try await session.run("echo still", deadline: soon).outputText == "still\n")
    }

    @Test func whereNobodyListensTheConnectionJustEnds() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        let session = try await server.session()
        let nobody = try LocalServer.freePort()
        try await session.withForwarding(to: "127.0.0.1", port: nobody) { port in
            let target = server.target(port: port)
            await #expect(throws: SecureShellError.self) {
                _ = try await SecureShellSession.connect(to: target, deadline: .now + .seconds(30))
            }
        }
    }

    @Test func aPortThatIsTakenIsNamed() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        let session = try await server.session()
        let silent = try SilentServer()
        await #expect(throws: SecureShellError.cannotListen(port: silent.port, reason: "Address already in use")) {
            try await session.withForwarding(localPort: silent.port, to: "127.0.0.1", port: 1) { _ in }
        }
    }

    @Test func theEndOfTheBodyEndsTheListening() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        let session = try await server.session()
        let port = try await session.withForwarding(to: "127.0.0.1", port: server.port) { $0 }
        let target = server.target(port: port)
        await #expect(throws: SecureShellError.self) {
            _ = try await SecureShellSession.connect(to: target, deadline: soon)
        }
    }
}
