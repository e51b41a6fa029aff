import CLinux
import Glibc

/// A network link as the kernel lists it.
package struct NetworkLink: Hashable, Sendable {
    package var index: Int32
    package var name: String
    /// The driver's name, such as `bridge` or `veth`; nil for hardware.
    package var kind: String?
    package var isUp: Bool
    /// The bridge it is a port of.
    package var master: Int32?
    package var mtu: UInt32
}

extension NetlinkSocket {
    /// All links, by name.
    package mutating func links() throws(LinuxError) -> [NetworkLink] {
        var message = NetlinkMessage(type: UInt16(RTM_GETLINK), flags: UInt16(NLM_F_DUMP))
        message.appendLinkHeader()
        return try request(message, "list the network links").compactMap(NetlinkSocket.link).sorted {
            $0.name < $1.name
        }
    }

    /// One link by its name; nil where there is none.
    package mutating func link(_ name: String) throws(LinuxError) -> NetworkLink? {
        var message = NetlinkMessage(type: UInt16(RTM_GETLINK), flags: UInt16(NLM_F_ACK))
        message.appendLinkHeader()
        message.attribute(IFLA_IFNAME, name)
        do throws(LinuxError) {
            return try request(message, "find the link \(name)").compactMap(NetlinkSocket.link).first
        } catch {
            if case .netlink(_, ENODEV, _) = error { return nil }
            throw error
        }
    }

    /// Makes a bridge with six bytes of hardware address.
    package mutating func addBridge(_ name: String, hardwareAddress: [UInt8]) throws(LinuxError) {
        var message = NetlinkMessage(type: UInt16(RTM_NEWLINK), flags: UInt16(NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK))
        message.appendLinkHeader()
        message.attribute(IFLA_IFNAME, name)
        message.attribute(IFLA_ADDRESS, hardwareAddress)
        try message.nest(IFLA_LINKINFO) { $0.attribute(IFLA_INFO_KIND, "bridge") }
        try request(message, "add the bridge \(name)")
    }

    /// Makes a pair of connected links: one here, as a port of a bridge and up, the other in a namespace.
    package mutating func addPair(
        _ name: String, bridge: Int32, mtu: UInt32, peer: String, in namespace: borrowing Descriptor,
        peerHardwareAddress: [UInt8]? = nil
    ) throws(LinuxError) {
        var message = NetlinkMessage(type: UInt16(RTM_NEWLINK), flags: UInt16(NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK))
        message.appendLinkHeader(flags: UInt32(IFF_UP), change: UInt32(IFF_UP))
        message.attribute(IFLA_IFNAME, name)
        message.attribute(IFLA_MTU, mtu)
        message.attribute(IFLA_MASTER, UInt32(bridge))
        let target = UInt32(bitPattern: namespace.raw)
        try message.nest(IFLA_LINKINFO) { info throws(LinuxError) in
            info.attribute(IFLA_INFO_KIND, "veth")
            try info.nest(IFLA_INFO_DATA) { data throws(LinuxError) in
                try data.nest(VETH_INFO_PEER) { inner in
                    inner.appendLinkHeader()
                    inner.attribute(IFLA_IFNAME, peer)
                    inner.attribute(IFLA_MTU, mtu)
                    if let peerHardwareAddress { inner.attribute(IFLA_ADDRESS, peerHardwareAddress) }
                    inner.attribute(IFLA_NET_NS_FD, target)
                }
            }
        }
        try request(message, "add the link pair \(name)")
    }

    /// Lets a port of a bridge send frames back to where they came from, so that a pod can reach itself by a service.
    package mutating func setHairpin(_ index: Int32) throws(LinuxError) {
        var message = NetlinkMessage(type: UInt16(RTM_SETLINK), flags: UInt16(NLM_F_ACK))
        message.appendLinkHeader(family: UInt8(PF_BRIDGE), index: index)
        try message.nest(Int32(IFLA_PROTINFO) | NLA_F_NESTED) { $0.attribute(IFLA_BRPORT_MODE, UInt8(1)) }
        try request(message, "set hairpin mode of link \(index)")
    }

    /// Brings a link up.
    package mutating func setUp(_ index: Int32) throws(LinuxError) {
        var message = NetlinkMessage(type: UInt16(RTM_NEWLINK), flags: UInt16(NLM_F_ACK))
        message.appendLinkHeader(index: index, flags: UInt32(IFF_UP), change: UInt32(IFF_UP))
        try request(message, "bring up link \(index)")
    }

    /// Removes a link, and a pair's other end with it; one that is gone is as good.
    package mutating func removeLink(_ index: Int32) throws(LinuxError) {
        var message = NetlinkMessage(type: UInt16(RTM_DELLINK), flags: UInt16(NLM_F_ACK))
        message.appendLinkHeader(index: index)
        do throws(LinuxError) {
            try request(message, "remove link \(index)")
        } catch {
            guard case .netlink(_, ENODEV, _) = error else { throw error }
        }
    }

    private static func link(_ reply: NetlinkReply) -> NetworkLink? {
        guard reply.type == UInt16(RTM_NEWLINK), let index: Int32 = reply.integer(at: 4),
            let flags: UInt32 = reply.integer(at: 8)
        else { return nil }
        let attributes = reply.attributes(after: 16)
        guard let name = attributes[UInt16(IFLA_IFNAME)] else { return nil }
        let information = attributes[UInt16(IFLA_LINKINFO)].map(NetlinkReply.attributes)
        return NetworkLink(
            index: index, name: text(name), kind: information?[UInt16(IFLA_INFO_KIND)].map(text),
            isUp: flags & UInt32(IFF_UP) != 0,
            master: attributes[UInt16(IFLA_MASTER)]?.integer(at: 0),
            mtu: attributes[UInt16(IFLA_MTU)]?.integer(at: 0) ?? 0)
    }

    private static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}

extension NetlinkMessage {
    /// `struct ifinfomsg`.
    mutating func appendLinkHeader(
        family: UInt8 = UInt8(AF_UNSPEC), index: Int32 = 0, flags: UInt32 = 0, change: UInt32 = 0
    ) {
        append(family)
        append(UInt8(0))
        append(UInt16(0))
        append(index)
        append(flags)
        append(change)
    }
}
