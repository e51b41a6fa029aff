import CLibssh
import Glibc

/// What a session holds of libssh and of the system; it is given back on the session's own thread.
///
/// Unchecked: its actor is the only one with a reference, and hands it to its executor's thread when it goes.
final class SessionResources: @unchecked Sendable {
    let session: ssh_session
    var descriptor: Int32 = -1
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
        // libssh leaves a socket open that it was given.
        if descriptor >= 0 { close(descriptor) }
    }

    /// Gives everything back; nothing may be used after it.
    func release() {
        disconnect()
        ssh_free(session)
    }
}
