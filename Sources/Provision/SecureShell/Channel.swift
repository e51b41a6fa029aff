import CLibssh

/// One channel of a session; used on the session's thread only.
///
/// Freed by `close`, which whoever opened it must call.
final class Channel {
    let pointer: ssh_channel
    private let callbacks: UnsafeMutablePointer<ssh_channel_callbacks_struct>
    private(set) var status: CommandStatus?
    private(set) var isClosedByServer = false
    private var isFreed = false

    init(_ pointer: ssh_channel) {
        self.pointer = pointer
        callbacks = .allocate(capacity: 1)
        callbacks.initialize(to: ssh_channel_callbacks_struct())
        callbacks.pointee.userdata = Unmanaged.passUnretained(self).toOpaque()
        callbacks.pointee.channel_exit_status_function = channelExited
        callbacks.pointee.channel_exit_signal_function = channelSignalled
        callbacks.pointee.channel_close_function = channelClosed
        clibssh_prepare_channel_callbacks(callbacks)
        ssh_set_channel_callbacks(pointer, callbacks)
    }

    /// Tells the server that this side is done, and gives the channel back to libssh; later calls do nothing.
    func close() {
        guard !isFreed else { return }
        isFreed = true
        ssh_remove_channel_callbacks(pointer, callbacks)
        ssh_channel_free(pointer)
    }

    deinit {
        close()
        callbacks.deallocate()
    }

    fileprivate func ended(with status: CommandStatus) { self.status = status }
    fileprivate func closedByServer() { isClosedByServer = true }

    /// Reads what has arrived, at most `limit` bytes; nil when the server has closed the channel or its sending side.
    func read(_ stream: RemoteProcess.Stream, limit: Int = 262_144) throws(ChannelFailure) -> [UInt8]? {
        let isErrors: Int32 = stream == .errors ? 1 : 0
        let available = ssh_channel_poll(pointer, isErrors)
        if available == SSH_EOF { return nil }
        guard available >= 0 else { throw ChannelFailure() }
        guard available > 0 else { return [] }
        var count: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: min(limit, Int(available))) { buffer, initialized in
            count = ssh_channel_read_nonblocking(pointer, buffer.baseAddress, UInt32(buffer.count), isErrors)
            initialized = max(0, Int(count))
        }
        guard count >= 0 else { throw ChannelFailure() }
        return bytes
    }

    /// Hands bytes to libssh as far as the server's window allows, and tells how many it took.
    func write(_ bytes: ArraySlice<UInt8>) throws(ChannelFailure) -> Int {
        let count = bytes.withUnsafeBytes { ssh_channel_write(pointer, $0.baseAddress, UInt32($0.count)) }
        if count == SSH_AGAIN { return 0 }
        guard count >= 0 else { throw ChannelFailure() }
        return Int(count)
    }

    /// libssh says that the channel or its session is broken.
    struct ChannelFailure: Error {}
}

/// The channel that libssh calls back about: it outlives its callbacks, which `close` removes.
private func channel(_ userdata: UnsafeMutableRawPointer?) -> Channel? {
    userdata.map { Unmanaged<Channel>.fromOpaque($0).takeUnretainedValue() }
}

private func channelExited(_: ssh_session?, _: ssh_channel?, code: Int32, userdata: UnsafeMutableRawPointer?) {
    channel(userdata)?.ended(with: .exited(code: code))
}

private func channelSignalled(
    _: ssh_session?, _: ssh_channel?, signal: UnsafePointer<CChar>?, _: Int32, _: UnsafePointer<CChar>?,
    _: UnsafePointer<CChar>?, userdata: UnsafeMutableRawPointer?
) {
    channel(userdata)?.ended(with: .signalled(name: signal.map { String(cString: $0) } ?? "unknown"))
}

private func channelClosed(_: ssh_session?, _: ssh_channel?, userdata: UnsafeMutableRawPointer?) {
    channel(userdata)?.closedByServer()
}
