import Addresses
import Diagnostics
import Glibc
import Synchronization
import Testing

@testable import PlanExecution

@Suite(.serialized) struct ForwardServerTests {
    private static let loopback = IPv4Address(number: 0x7F00_0001)

    private static func forward(_ transport: Forward.Transport = .tcp, to port: Int, from hostPort: Int = 0) -> Forward
    {
        Forward(
            transport: transport, hostAddress: loopback, hostPort: hostPort, machine: "a", guestAddress: loopback,
            guestPort: port)
    }

    /// Runs the body with a port that leads to another.
    private func forwarding(
        _ transport: Forward.Transport = .tcp, to port: Int, _ body: (Int) async throws -> Void
    ) async throws {
        let listeners = try ForwardListener.bind([Self.forward(transport, to: port)], inNamespace: nil)
        let hostPort = try #require(listeners.first.map { Loopback.port(of: $0.descriptor) })
        let server = try await ForwardServer.start(listeners)
        do {
            try await body(hostPort)
        } catch {
            try await server.stop()
            throw error
        }
        try await server.stop()
    }

    private static func noise(_ count: Int) -> [UInt8] {
        var state = UInt32(count)
        return (0..<count).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(truncatingIfNeeded: state >> 24)
        }
    }

    @Test func `many connections at once each get their own bytes back`() async throws {
        let echo = Loopback.server { connection in
            while true {
                let (bytes, error) = connection.receive()
                if bytes.isEmpty || error != 0 { break }
                connection.send(bytes)
            }
            connection.close()
        }
        defer { echo.shutDown() }
        try await forwarding(to: echo.port) { port in
            let wrong = await withTaskGroup(of: Int.self) { group in
                for number in 0..<64 {
                    group.addTask {
                        let sent = Self.noise(200_000 + number)
                        let client = Loopback(SOCK_STREAM)
                        guard client.connected(to: port) else { return 1 }
                        async let sending: Void = Loopback.onThread {
                            client.send(sent)
                            client.endWriting()
                        }
                        let received = await Loopback.onThread { client.receiveAll() }
                        await sending
                        client.close()
                        return received.bytes == sent && received.error == 0 ? 0 : 1
                    }
                }
                return await group.reduce(0, +)
            }
            #expect(wrong == 0)
        }
    }

    @Test func `who has said all may still listen, on either side`() async throws {
        let answer = Self.noise(8_000_000)
        let server = Loopback.server { connection in
            let question = connection.receiveAll()
            connection.send(question.bytes.count == 1_000_000 ? answer : [])
            connection.endWriting()
            connection.close()
        }
        defer { server.shutDown() }
        try await forwarding(to: server.port) { port in
            let client = Loopback(SOCK_STREAM)
            #expect(client.connected(to: port))
            let received = await Loopback.onThread {
                client.send(Self.noise(1_000_000))
                client.endWriting()
                return client.receiveAll()
            }
            // Compared apart: what differs would be printed, all of it.
            let isWhole = received.bytes == answer
            #expect(isWhole, "\(received.bytes.count) bytes, error \(received.error)")
            #expect(received.error == 0)
            client.close()
        }
    }

    @Test func `a server that ends first still hears what comes`() async throws {
        let heard = Mutex(0)
        let server = Loopback.server { connection in
            connection.send([1])
            connection.endWriting()
            let all = connection.receiveAll()
            heard.withLock { $0 = all.bytes.count }
            connection.close()
        }
        defer { server.shutDown() }
        try await forwarding(to: server.port) { port in
            let client = Loopback(SOCK_STREAM)
            #expect(client.connected(to: port))
            let first = await Loopback.onThread { client.receiveAll() }
            #expect(first.bytes == [1])
            await Loopback.onThread { _ = client.send(Self.noise(500_000)) }
            client.close()
            try await eventually { heard.withLock { $0 } == 500_000 }
        }
    }

    @Test func `who does not read is not read for: little waits between the two`() async throws {
        let sent = Mutex(0)
        let server = Loopback.server { connection in
            let piece = Self.noise(65_536)
            for _ in 0..<2000 {
                let count = connection.send(piece)
                sent.withLock { $0 += count }
                if count < piece.count { break }
            }
            connection.close()
        }
        defer { server.shutDown() }
        try await forwarding(to: server.port) { port in
            let client = Loopback(SOCK_STREAM)
            #expect(client.connected(to: port))
            var (before, now) = (-1, 0)
            // Until the sender stands still.
            while before != now || now == 0 {
                before = now
                try await Task.sleep(for: .milliseconds(300))
                now = sent.withLock { $0 }
            }
            // Two sockets' buffers, of the 131 MB that it would like to send.
            #expect(now < 24 << 20, "\(now)")
            let rest = await Loopback.onThread { client.receiveAll() }
            #expect(rest.bytes.count == 2000 * 65_536)
            client.close()
        }
    }

    @Test func `a machine that refuses ends the client's connection, and the next client finds it`() async throws {
        let reserved = Loopback(SOCK_STREAM).bind()
        let port = reserved.port
        reserved.close()
        try await forwarding(to: port) { hostPort in
            let refused = Loopback(SOCK_STREAM)
            #expect(refused.connected(to: hostPort))
            #expect(await Loopback.onThread { refused.receiveAll().bytes } == [])
            refused.close()
            let server = Loopback.server(port: port) { connection in
                connection.send([7])
                connection.close()
            }
            let client = Loopback(SOCK_STREAM)
            #expect(client.connected(to: hostPort))
            #expect(await Loopback.onThread { client.receiveAll().bytes } == [7])
            client.close()
            server.shutDown()
        }
    }

    @Test func `a reset is passed on as one`() async throws {
        let server = Loopback.server { connection in
            _ = connection.receive()
            connection.reset()
        }
        defer { server.shutDown() }
        try await forwarding(to: server.port) { port in
            let client = Loopback(SOCK_STREAM)
            #expect(client.connected(to: port))
            let end = await Loopback.onThread {
                client.send([1])
                return client.receiveAll()
            }
            #expect(end.error == ECONNRESET)
            client.close()
        }
    }

    @Test func `datagrams of two clients are answered each to its own`() async throws {
        let machine = Loopback(SOCK_DGRAM).bind()
        let echoing = Task {
            await Loopback.onThread {
                var buffer = [UInt8](repeating: 0, count: 2048)
                for _ in 0..<40 {
                    var from = sockaddr_storage()
                    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
                    withUnsafeMutablePointer(to: &from) { pointer in
                        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                            let count = recvfrom(machine.descriptor, &buffer, buffer.count, 0, address, &length)
                            if count > 0 { sendto(machine.descriptor, buffer, count, 0, address, length) }
                        }
                    }
                }
            }
        }
        try await forwarding(.udp, to: machine.port) { port in
            let clients = (0..<2).map { _ in Loopback(SOCK_DGRAM, timeoutSeconds: 5) }
            for client in clients { #expect(client.connected(to: port)) }
            for round in 0..<20 {
                for (number, client) in clients.enumerated() {
                    let datagram = [UInt8(number), UInt8(round)]
                    client.send(datagram)
                    let answer = await Loopback.onThread { client.receive() }
                    #expect(answer.bytes == datagram)
                }
            }
            clients.forEach { $0.close() }
        }
        await echoing.value
        machine.close()
    }

    @Test func `ports that cannot be had are all told, and none is kept`() throws {
        let taken = (0..<2).map { _ in Loopback.server { $0.close() } }
        defer { taken.forEach { $0.shutDown() } }
        let free = Loopback(SOCK_STREAM).bind()
        let port = free.port
        free.close()
        let wanted = [Self.forward(to: 80, from: port)] + taken.map { Self.forward(to: 80, from: $0.port) }
        let failure = #expect(throws: Diagnoses.self) { try ForwardListener.bind(wanted, inNamespace: nil) }
        #expect(
            failure?.all.map(\.what) == taken.map { "cannot listen on 127.0.0.1:\($0.port)/tcp for machine 'a'" })
        let again = try ForwardListener.bind([wanted[0]], inNamespace: nil)
        again.forEach { Glibc.close($0.descriptor) }
    }

    private func eventually(_ holds: () -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while !holds() {
            try #require(ContinuousClock.now < deadline)
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
