import HTTPServing
import Logging
import Testing

/// Runs a plain server on a free port of the loopback address for as long as the body takes.
private func serving(
    limits: HTTPServer.Limits = HTTPServer.Limits(), _ handler: @escaping HTTPServer.Handler,
    _ body: @Sendable (RawClient, _ port: Int) async throws -> Void
) async throws {
    let server = HTTPServer(
        host: "127.0.0.1", port: 0, identity: nil, limits: limits,
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
        handler: handler)
    let (ports, told) = AsyncStream.makeStream(of: Int.self)
    let running = Task { try await server.run { told.yield($0) } }
    var iterator = ports.makeAsyncIterator()
    let port = try #require(await iterator.next())
    try await body(RawClient(port: port), port)
    running.cancel()
    _ = await running.result
}

private func text(_ text: String) -> HTTPResponse {
    HTTPResponse(status: 200, headers: [("content-type", "text/plain")], body: .bytes(Array(text.utf8)))
}

@Suite(.serialized) struct HTTPServerTests {
    @Test func `A request reaches its handler with its path, query, headers and body`() async throws {
        try await serving { request in
            let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
            let body = String(decoding: request.body, as: UTF8.self)
            let header = request.headers.first { $0.name == "x-a" }?.value ?? ""
            return text("<\(request.method) \(request.path) \(query) \(header) \(body)>")
        } _: { client, _ in
            await client.send(
                "POST /a%20b/c?x=1%2C2&y=&z=a+b HTTP/1.1\r\nHost: h\r\nX-A: v\r\nContent-Length: 4\r\n\r\nbody")
            #expect(await client.read(until: ">").hasSuffix("<POST /a b/c x=1,2,y=,z=a b v body>"))
        }
    }

    @Test func `Requests sent at once are answered in their order over one connection`() async throws {
        try await serving {
            text("<\($0.path)>")
        } _: { client, _ in
            await client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n")
            let answers = await client.read(until: "</2>")
            #expect(answers.contains("</1>"))
            await client.send("GET /3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            #expect(await client.readAll().hasSuffix("</3>"))
        }
    }

    @Test func `A body beyond the limit is refused and the connection closed`() async throws {
        var limits = HTTPServer.Limits()
        limits.bodyBytes = 8
        try await serving(limits: limits) { _ in
            text("taken")
        } _: { client, _ in
            await client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n123456789")
            #expect(await client.readAll().hasPrefix("HTTP/1.1 413"))
        }
    }

    @Test func `What is no HTTP is told so`() async throws {
        try await serving { _ in
            text("taken")
        } _: { client, _ in
            await client.send("HELLO\r\n\r\n")
            #expect(await client.readAll().hasPrefix("HTTP/1.1 400"))
        }
    }

    @Test func `A stream's chunks travel one by one`() async throws {
        let (chunks, feed) = AsyncThrowingStream.makeStream(of: [UInt8].self, throwing: (any Error).self)
        try await serving { _ in
            HTTPResponse(status: 200, headers: [], body: .stream(chunks))
        } _: { client, _ in
            await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await client.read(until: "\r\n\r\n").contains("transfer-encoding: chunked"))
            feed.yield(Array("one\n".utf8))
            #expect(await client.read(until: "one\n\r\n") == "4\r\none\n\r\n")
            feed.yield(Array("two\n".utf8))
            #expect(await client.read(until: "two\n\r\n") == "4\r\ntwo\n\r\n")
            feed.finish()
            #expect(await client.read(until: "0\r\n\r\n") == "0\r\n\r\n")
        }
    }

    @Test func `A client that hangs up ends the stream that it watched`() async throws {
        let (chunks, feed) = AsyncThrowingStream.makeStream(of: [UInt8].self, throwing: (any Error).self)
        let (ends, ended) = AsyncStream.makeStream(of: Void.self)
        feed.onTermination = { _ in ended.yield() }
        try await serving { _ in
            HTTPResponse(status: 200, headers: [], body: .stream(chunks))
        } _: { client, _ in
            await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            _ = await client.read(until: "\r\n\r\n")
            await client.hangUp()
            var iterator = ends.makeAsyncIterator()
            #expect(await iterator.next() != nil)
        }
    }

    @Test func `A HEAD has the headers of its GET and no body`() async throws {
        try await serving { _ in
            text("hello")
        } _: { client, _ in
            await client.send("HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            let answer = await client.readAll()
            #expect(answer.contains("content-length: 5"))
            #expect(answer.hasSuffix("\r\n\r\n"))
        }
    }
}
