import FoundationEssentials
import Linux

/// Packets of JSON between the agent and a supervisor, one request and one reply a connection.
enum UnixSocket {
    static func listen(_ path: String) throws(LinuxError) -> Descriptor {
        try PacketSocket.listen(path)
    }

    /// The next connection; nil where its other end is gone again.
    static func accept(_ listener: borrowing Descriptor) throws(LinuxError) -> Descriptor? {
        try PacketSocket.accept(listener, timeoutSeconds: 5)
    }

    static func send(_ value: some Encodable, on connection: borrowing Descriptor) throws {
        try connection.write(try JSONEncoder().encode(value))
    }

    static func receive<Value: Decodable>(_ connection: borrowing Descriptor, as: Value.Type) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(try connection.read(upTo: 64 << 10)))
    }

    /// Asks a supervisor one thing.
    static func ask(_ request: SupervisorRequest, at path: String) throws -> SupervisorReply {
        let connection = try PacketSocket.connect(path, timeoutSeconds: 30)
        try send(request, on: connection)
        return try receive(connection, as: SupervisorReply.self)
    }
}
