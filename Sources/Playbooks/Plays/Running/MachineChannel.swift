/// A way to a machine's runner: bytes out, bytes in, whatever carries them.
package struct MachineChannel: Sendable {
    package var send: @Sendable ([UInt8]) async throws -> Void
    /// The next bytes, or nil at the end.
    package var receive: @Sendable () async throws -> [UInt8]?
    package var close: @Sendable () async -> Void
    /// Whether the machine is the controller itself.
    package var isLocal = false

    package init(
        send: @escaping @Sendable ([UInt8]) async throws -> Void,
        receive: @escaping @Sendable () async throws -> [UInt8]?,
        close: @escaping @Sendable () async -> Void
    ) {
        self.send = send
        self.receive = receive
        self.close = close
    }
}
