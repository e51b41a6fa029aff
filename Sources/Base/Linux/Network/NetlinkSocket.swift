import CLinux
import Glibc

/// A conversation with the kernel's routing subsystem in one network namespace.
package struct NetlinkSocket: ~Copyable, Sendable {
    private let descriptor: Descriptor
    private var sequence: UInt32 = 0

    /// Opens a socket in a network namespace, or in the caller's own.
    package init(in namespace: NetworkNamespace? = nil) throws(LinuxError) {
        let home = try namespace?.open()
        let raw: Int32
        if let home { raw = clinux_netlink_open(home.raw) } else { raw = clinux_netlink_open(-1) }
        descriptor = try Descriptor(taking: raw, from: "netlink socket", on: namespace?.path ?? "")
    }

    /// Sends a request and waits for its end; answers what the kernel sent besides the acknowledgement.
    @discardableResult
    package mutating func request(
        _ message: consuming NetlinkMessage, _ operation: @autoclosure () -> String
    ) throws(LinuxError) -> [NetlinkReply] {
        sequence += 1
        message.seal(sequence: sequence)
        let bytes = message.bytes
        guard send(descriptor.raw, bytes, bytes.count, 0) == bytes.count else { throw .last("send", operation()) }
        var replies: [NetlinkReply] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = recv(descriptor.raw, &buffer, buffer.count, 0)
            if count < 0 {
                if errno == EINTR { continue }
                throw .last("recv", operation())
            }
            for reply in NetlinkReply.split(Array(buffer[..<count])) where reply.sequence == sequence {
                switch Int32(reply.type) {
                case Int32(NLMSG_DONE):
                    return replies
                case Int32(NLMSG_ERROR):
                    let code = reply.integer(at: 0, as: Int32.self) ?? 0
                    if code == 0 { return replies }
                    throw .netlink(operation: operation(), code: -code, explanation: explanation(reply))
                default:
                    replies.append(reply)
                }
            }
        }
    }

    /// The extended acknowledgement's text: it follows the error number and the request's header, which is all of the
    /// request that comes back with NETLINK_CAP_ACK.
    private func explanation(_ reply: NetlinkReply) -> String? {
        guard reply.flags & UInt16(NLM_F_ACK_TLVS) != 0 else { return nil }
        return reply.attributes(after: 4 + 16)[UInt16(NLMSGERR_ATTR_MSG.rawValue)]
            .map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
