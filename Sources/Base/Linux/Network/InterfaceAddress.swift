import CLinux
import Glibc

/// An address of either family as a link has it, in text.
package struct InterfaceAddress: Hashable, Sendable {
    package var link: Int32
    package var isIPv6: Bool
    package var address: String
    /// The other end of a point-to-point link; nil elsewhere.
    package var peer: String?
    package var prefixLength: Int
    package var broadcast: String?
    /// The name it was given under; an IPv6 address has none.
    package var label: String?
    /// Whether another address of its network came before it, or it is a temporary one.
    package var isSecondary: Bool
    /// `global`, `link`, `host`, `site` or a number.
    package var scope: String
}

/// How packets would go to one address.
package struct NetworkPath: Hashable, Sendable {
    package var link: Int32?
    package var source: String?
    package var gateway: String?
}

extension NetlinkSocket {
    /// All addresses of all links, in the kernel's order.
    package mutating func interfaceAddresses() throws(LinuxError) -> [InterfaceAddress] {
        var message = NetlinkMessage(type: UInt16(RTM_GETADDR), flags: UInt16(NLM_F_DUMP))
        for byte in [UInt8(AF_UNSPEC), 0, 0, 0] { message.append(byte) }
        message.append(UInt32(0))
        return try request(message, "list the addresses").compactMap { reply in
            guard reply.type == UInt16(RTM_NEWADDR), let family: UInt8 = reply.integer(at: 0),
                let length: UInt8 = reply.integer(at: 1), let flags: UInt8 = reply.integer(at: 2),
                let scope: UInt8 = reply.integer(at: 3), let link: Int32 = reply.integer(at: 4)
            else { return nil }
            let attributes = reply.attributes(after: 8)
            func text(_ type: some BinaryInteger) -> String? { attributes[UInt16(type)].flatMap(addressText) }
            guard let other = text(IFA_ADDRESS) ?? text(IFA_LOCAL) else { return nil }
            let own = text(IFA_LOCAL) ?? other
            return InterfaceAddress(
                link: link, isIPv6: family == UInt8(AF_INET6), address: own, peer: own == other ? nil : other,
                prefixLength: Int(length), broadcast: text(IFA_BROADCAST),
                label: attributes[UInt16(IFA_LABEL)].map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) },
                isSecondary: flags & 1 != 0, scope: scopeName(scope))
        }
    }

    /// The path to an address, as the kernel's rules and tables choose it; nil where there is none.
    package mutating func path(to address: [UInt8]) throws(LinuxError) -> NetworkPath? {
        var message = NetlinkMessage(type: UInt16(RTM_GETROUTE), flags: UInt16(NLM_F_ACK))
        let family = address.count == 4 ? AF_INET : AF_INET6
        for byte in [UInt8(family), UInt8(address.count * 8), 0, 0, 0, 0, 0, 0] { message.append(byte) }
        message.append(UInt32(0))
        message.attribute(RTA_DST.rawValue, address)
        let replies: [NetlinkReply]
        do throws(LinuxError) {
            replies = try request(message, "find a route")
        } catch .netlink {
            return nil
        }
        guard let reply = replies.first(where: { $0.type == UInt16(RTM_NEWROUTE) }),
            let type: UInt8 = reply.integer(at: 7), type == UInt8(RTN_UNICAST) || type == UInt8(RTN_LOCAL)
        else { return nil }
        let attributes = reply.attributes(after: 12)
        return NetworkPath(
            link: attributes[UInt16(RTA_OIF.rawValue)]?.integer(at: 0),
            source: attributes[UInt16(RTA_PREFSRC.rawValue)].flatMap(addressText),
            gateway: attributes[UInt16(RTA_GATEWAY.rawValue)].flatMap(addressText))
    }
}

/// An address of four or sixteen bytes in text, else nil.
package func addressText(_ bytes: [UInt8]) -> String? {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    var buffer = [CChar](repeating: 0, count: 64)
    guard inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes, &buffer, socklen_t(buffer.count)) != nil else {
        return nil
    }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
}

private func scopeName(_ scope: UInt8) -> String {
    switch scope {
    case 0: "global"
    case 200: "site"
    case 253: "link"
    case 254: "host"
    case 255: "nowhere"
    default: "\(scope)"
    }
}
