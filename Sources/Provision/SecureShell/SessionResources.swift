import CLibssh
import Glibc

/// What a session holds of libssh and of the system; it is given back on the session's own thread.
///
/// Unchecked: its actor is the only one with a reference, and hands it to its executor's thread when it goes.
final class SessionResources: @unchecked Sendable {
    let session: ssh_session
    var descriptor: Int32 = -1 {
        didSet { socket = Self.identity(of: descriptor) }
    }
    private var socket: UInt64?
    var channels: [Int: Channel] = [:]
    var files: FileChannel?
    private var isDisconnected = false

    init(_ session: ssh_session) { self.session = session }

    /// Ends the connection; later calls do nothing.
    func disconnect() {
        guard !isDisconnected else { return }
        isDisconnected = true
        for channel in channels.values { channel.close() }
        channels = [:]
        files = nil
        ssh_disconnect(session)
        // libssh leaves a socket open that it was given, but where the peer broke the connection it has closed it: then the
        // number may be another thread's socket by now, or the descriptor that its executor is woken by.
        if let socket, Self.identity(of: descriptor) == socket { close(descriptor) }
    }

    /// The number of the socket that a descriptor stands for, which no other has while it is open; nil where it stands for none.
    private static func identity(of descriptor: Int32) -> UInt64? {
        var status = stat()
        return descriptor >= 0 && fstat(descriptor, &status) == 0 ? UInt64(status.st_ino) : nil
    }

    /// Gives everything back; nothing may be used after it.
    func release() {
        disconnect()
        ssh_free(session)
    }
}
