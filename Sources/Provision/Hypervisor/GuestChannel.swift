import CLibvirt
import Dispatch

/// Lines or bytes to and from a program in a guest, over a virtio-serial port that the host opened.
///
/// What is written before the guest opens its side waits there. The channel closes when this object goes.
package final class GuestChannel: Sendable {
    private let domain: String
    private let name: String
    private let inbox: Inbox
    private let stream: Stream

    /// The open stream.
    ///
    /// Unchecked: libvirt locks a stream inside each call, the pointer never changes, and the reference is given back only when
    /// nobody holds this object any more; libvirt keeps its own reference while it runs a callback.
    private final class Stream: @unchecked Sendable {
        let pointer: virStreamPtr
        let key: Int

        init(taking handle: consuming Handle, key: Int) {
            pointer = handle.pointer
            self.key = key
            virStreamRef(pointer)
        }

        deinit {
            InboxRegistry.remove(key)
            nonisolated(unsafe) let pointer = pointer
            // Ending a stream waits for libvirtd, which no cooperative thread may do. The last reference moves to the queue.
            DispatchQueue.global().async {
                virStreamEventRemoveCallback(pointer)
                // The other side may have ended the stream already, which an abort then says; either way it is over.
                virStreamAbort(pointer)
                virStreamFree(pointer)
            }
        }
    }

    /// Opens the port on a lane.
    convenience init(domain: String, name: String, on connection: virConnectPtr) throws {
        try self.init(domain: domain, name: name, on: connection) { virDomainOpenChannel($0, name, $1, 0) }
    }

    /// Opens the serial console on a lane; `takesOver` ends another program's hold of it.
    convenience init(consoleOf domain: String, takesOver: Bool, on connection: virConnectPtr) throws {
        let flags = takesOver ? VIR_DOMAIN_CONSOLE_FORCE.rawValue : 0
        try self.init(domain: domain, name: "console", on: connection) {
            virDomainOpenConsole($0, nil, $1, flags)
        }
    }

    private init(
        domain: String, name: String, on connection: virConnectPtr, open: (virDomainPtr, virStreamPtr) -> Int32
    ) throws {
        self.domain = domain
        self.name = name
        let handle = try Lookup.domain(domain, on: connection)
        let stream = try Handle(virStreamNew(connection, VIR_STREAM_NONBLOCK.rawValue), release: virStreamFree) {
            .refused(action: "open a stream", $0)
        }
        if open(handle.pointer, stream.pointer) < 0 {
            let failure = LibvirtFailure.last()
            throw failure.message.contains("Active channel stream exists")
                || failure.message.contains("Active console session exists")
                ? HypervisorError.channelBusy(domain: domain, channel: name)
                : .refused(action: "open the channel '\(name)' of domain '\(domain)'", failure)
        }
        inbox = Inbox()
        let key = InboxRegistry.add(inbox, on: connection)
        self.stream = Stream(taking: stream, key: key)
        let events = Int32(
            VIR_STREAM_EVENT_READABLE.rawValue | VIR_STREAM_EVENT_ERROR.rawValue | VIR_STREAM_EVENT_HANGUP.rawValue)
        try HypervisorError.check(
            virStreamEventAddCallback(
                self.stream.pointer, events, streamHasEvents, UnsafeMutableRawPointer(bitPattern: key), nil),
            "listen on the channel '\(name)' of domain '\(domain)'")
    }

    /// Writes a line; its end is added here.
    package func send(_ line: String, deadline: ContinuousClock.Instant) async throws {
        try await send(bytes: Array((line + "\n").utf8), deadline: deadline)
    }

    /// Writes bytes as they are.
    package func send(bytes: [UInt8], deadline: ContinuousClock.Instant) async throws {
        let began = ContinuousClock.now
        var rest = bytes.map(CChar.init(bitPattern:))[...]
        while !rest.isEmpty {
            try Task.checkCancellation()
            if inbox.hasEnded { throw closed }
            let sent = rest.withUnsafeBufferPointer { virStreamSend(stream.pointer, $0.baseAddress, $0.count) }
            if sent > 0 {
                rest = rest.dropFirst(Int(sent))
            } else if sent == Self.wouldBlock {
                guard ContinuousClock.now < deadline else { throw timedOut("be read", since: began, deadline) }
                try await Task.sleep(for: .milliseconds(10))
            } else {
                throw closed
            }
        }
    }

    /// The next line from the guest, without its end; one caller at a time.
    package func nextLine(deadline: ContinuousClock.Instant) async throws -> String {
        let began = ContinuousClock.now
        guard let line = try await inbox.nextLine(deadline: deadline) else {
            throw inbox.hasEnded ? closed : timedOut("answer", since: began, deadline)
        }
        return line
    }

    /// The next bytes from the guest, or nil at the end; one caller at a time.
    package func nextBytes(deadline: ContinuousClock.Instant) async throws -> [UInt8]? {
        let began = ContinuousClock.now
        if let bytes = try await inbox.nextBytes(deadline: deadline) { return bytes }
        if inbox.hasEnded { return nil }
        throw timedOut("answer", since: began, deadline)
    }

    /// `virStreamSend` and `virStreamRecv` return it on a stream that must not block.
    fileprivate static let wouldBlock: Int32 = -2

    private var closed: HypervisorError { .channelClosed(domain: domain, channel: name) }

    private func timedOut(
        _ verb: String, since began: ContinuousClock.Instant, _ deadline: ContinuousClock.Instant
    ) -> HypervisorError {
        .timedOut(waitingFor: "domain '\(domain)' to \(verb) on its channel", seconds: (deadline - began).inSeconds)
    }
}

/// Called by libvirt on its event thread whenever a stream has something to read or has ended.
private func streamHasEvents(_ stream: virStreamPtr?, _ events: Int32, _ opaque: UnsafeMutableRawPointer?) {
    guard let stream, let inbox = InboxRegistry.inbox(Int(bitPattern: opaque)) else { return }
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
        let received = buffer.withUnsafeMutableBytes {
            virStreamRecv(stream, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
        }
        if received > 0 {
            inbox.append(buffer[..<Int(received)])
        } else if received == GuestChannel.wouldBlock {
            return
        } else {
            virStreamEventRemoveCallback(stream)
            inbox.end()
            return
        }
    }
}
