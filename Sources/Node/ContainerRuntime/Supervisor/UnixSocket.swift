import JSON
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

    static func send(_ value: some Recordable, on connection: borrowing Descriptor) throws(LinuxError) {
        try connection.write(value.json.bytes)
    }

    static func receive<Value: Recordable>(_ connection: borrowing Descriptor, as: Value.Type) throws -> Value {
        try RecordFile.decode(try connection.read(upTo: 64 << 10), from: "socket")
    }

    /// Asks a supervisor one thing.
    static func ask(_ request: SupervisorRequest, at path: String) throws -> SupervisorReply {
        let connection = try PacketSocket.connect(path, timeoutSeconds: 30)
        try send(request, on: connection)
        return try receive(connection, as: SupervisorReply.self)
    }
}
