import Testing

@testable import SecureShell

struct CommandTests {
    private var soon: ContinuousClock.Instant { .now + .seconds(60) }

    @Test(arguments: [
        ("exit 0", CommandStatus.exited(code: 0), 0), ("exit 7", .exited(code: 7), 7),
        ("kill -KILL $$", .signalled(name: "KILL"), 137), ("kill -TERM $$", .signalled(name: "TERM"), 143),
        ("no-such-command-here", .exited(code: 127), 127),
    ])
    func aCommandsEndIsToldAsItWas(command: String, status: CommandStatus, code: Int32) async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        let session = try await server.session()
        let result = try await session.run(command, deadline: soon)
        #expect(result.status == status)
        #expect(result.exitCode == code)
    }

    @Test func outputAndErrorsAreKeptApart() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        let session = try await server.session()
        let result = try await session.run(
            "echo out; echo err >&2; cat; exit 3", input: Array("in".utf8), deadline: soon)
        #expect(result.outputText == "out\nin")
        #expect(result.errorText == "err\n")
        #expect(result.exitCode == 3)
    }

    @Test func largeInputAndOutputPassAtOnceUnchanged() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        let session = try await server.session()
        let bytes = Samples.bytes(20_000_000)
        let result = try await session.run("cat", input: bytes, deadline: soon)
        #expect(result.output == bytes)
    }

    @Test func aCommandThatIgnoresItsInputIsNoError() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        let session = try await server.session()
        let result = try await session.run("exit 4", input: Array(repeating: 65, count: 20_000_000), deadline: soon)
        #expect(result.exitCode == 4)
    }

    @Test func aMegabyteOfErrorsDoesNotBlockTheOutput() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        let session = try await server.session()
        let result = try await session.run(
            "head -c 5000000 /dev/zero >&2; head -c 5000000 /dev/zero; echo end", deadline: soon)
        #expect(result.errors.count == 5_000_000)
        #expect(result.output.count == 5_000_004)
    }

    @Test func aConversationGoesBackAndForth() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        let session = try await server.session()
        let echoes = try await session.withProcess(
            "while read line; do echo \"got $line\"; done; exit 5", deadline: soon
        ) {
            process in
            var echoes: [String] = []
            for word in ["one", "two", "three"] {
                try await process.write("\(word)\n".utf8)
                let chunk = try #require(try await process.nextChunk())
                #expect(chunk.stream == .output)
                echoes.append(String(decoding: chunk.bytes, as: UTF8.self))
            }
            try await process.closeInput()
            #expect(try await process.waitForExit() == .exited(code: 5))
            return echoes
        }
        #expect(echoes == ["got one\n", "got two\n", "got three\n"])
    }

    @Test func commandsOfOneSessionRunSideBySide() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        let session = try await server.session()
        // Each reads what another writes: one at a time, they would never end.
        let pipe = "/tmp/secureshell-\(UInt64.random(in: 0...UInt64.max))"
        #expect(try await session.run("mkfifo \(pipe)", deadline: soon).exitCode == 0)
        async let reader = session.run("cat \(pipe)", deadline: soon)
        async let writer = session.run("echo met > \(pipe)", deadline: soon)
        #expect(try await reader.outputText == "met\n")
        #expect(try await writer.exitCode == 0)
        #expect(try await session.run("rm \(pipe)", deadline: soon).exitCode == 0)
    }

    @Test func severalSessionsWorkAtOnce() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        let sum = try await withThrowingTaskGroup { group in
            for index in 1...8 {
                group.addTask {
                    let session = try await server.session()
                    let text = try await session.run("echo \(index)", deadline: .now + .seconds(60)).outputText
                    return Int(text.dropLast()) ?? 0
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == 36)
    }

    @Test func theDeadlineEndsACommandAndTheSessionStaysUsable() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        let session = try await server.session()
        await #expect {
            try await session.run("sleep 600", deadline: .now + .milliseconds(500))
        } throws: { error in
            if case SecureShellError.timedOut(_, "127.0.0.1") = error { true } else { false }
        }
        #expect(try await session.run("echo still", deadline: soon).outputText == "still\n")
    }

    @Test func cancellingACommandEndsItOnTheMachineToo() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        let session = try await server.session()
        let mark = server.folder.path + "/ended"
        let (started, announce) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            // Its input ends with its channel; a signal ends it too, but OpenSSH sends root's processes none.
            try await session.withProcess("echo on; cat; echo ended > \(mark)", deadline: .now + .seconds(600)) {
                process in
                _ = try await process.nextChunk()
                announce.yield()
                return try await process.waitForExit()
            }
        }
        for await _ in started { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        let wait = "until [ -e \(mark) ] || ! pgrep -f 'cat; echo ended > \(mark)'; do sleep 0.05; done"
        #expect(try await session.run(wait, deadline: .now + .seconds(20)).exitCode == 0)
    }

    @Test func aClosedSessionSaysSo() async throws {
        let server = try await LocalServer.start()
        defer { server.stop() }
        let session = try await server.session()
        let task = Task { try await session.run("echo on; sleep 600", deadline: .now + .seconds(600)) }
        await session.close()
        await #expect(throws: (any Error).self) { try await task.value }
    }
}
