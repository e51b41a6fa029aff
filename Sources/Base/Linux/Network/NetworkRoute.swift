package import Addresses
import CLinux
import Glibc

/// An IPv4 route of the main table.
package struct NetworkRoute: Hashable, Sendable {
    package var destination: IPv4Network
    package var gateway: IPv4Address?
    package var link: Int32?
    /// Who made it: `RTPROT_…`, or a number of one's own from 5 up.
    package var routingProtocol: UInt8

    package init(destination: IPv4Network, gateway: IPv4Address?, link: Int32? = nil, routingProtocol: UInt8) {
        self.destination = destination
        self.gateway = gateway
        self.link = link
        self.routingProtocol = routingProtocol
    }
}

extension NetlinkSocket {
    /// The main table's routes of one protocol, or of all.
    package mutating func routes(routingProtocol: UInt8? = nil) throws(LinuxError) -> [NetworkRoute] {
        var message = NetlinkMessage(type: UInt16(RTM_GETROUTE), flags: UInt16(NLM_F_DUMP))
        message.appendRouteHeader(prefixLength: 0, routingProtocol: routingProtocol ?? 0, scope: 0, table: 0, type: 0)
        return try request(message, "list the routes").compactMap { reply in
            guard reply.type == UInt16(RTM_NEWROUTE), let length: UInt8 = reply.integer(at: 1),
                let table: UInt8 = reply.integer(at: 4), table == UInt8(RT_TABLE_MAIN.rawValue),
                let by: UInt8 = reply.integer(at: 5), routingProtocol == nil || routingProtocol == by
            else { return nil }
            let attributes = reply.attributes(after: 12)
            func address(_ type: some BinaryInteger) -> IPv4Address? {
                attributes[UInt16(type)]?.integer(at: 0, as: UInt32.self)
                    .map { IPv4Address(number: UInt32(bigEndian: $0)) }
            }
            return NetworkRoute(
                destination: IPv4Network(
                    containing: address(RTA_DST.rawValue) ?? IPv4Address(number: 0), prefixLength: Int(length)),
                gateway: address(RTA_GATEWAY.rawValue), link: attributes[UInt16(RTA_OIF.rawValue)]?.integer(at: 0),
                routingProtocol: by)
        }
    }

    /// Sets the route to its destination, in place of another one there.
    package mutating func replace(_ route: NetworkRoute) throws(LinuxError) {
        var message = NetlinkMessage(
            type: UInt16(RTM_NEWROUTE), flags: UInt16(NLM_F_CREATE | NLM_F_REPLACE | NLM_F_ACK))
        message.append(route)
        try request(message, "set the route to \(route.destination)")
    }

    /// Removes a route; one that is gone is as good.
    package mutating func remove(_ route: NetworkRoute) throws(LinuxError) {
        var message = NetlinkMessage(type: UInt16(RTM_DELROUTE), flags: UInt16(NLM_F_ACK))
        message.append(route)
        do throws(LinuxError) {
            try request(message, "remove the route to \(route.destination)")
        } catch {
            guard case .netlink(_, ESRCH, _) = error else { throw error }
        }
    }
}

extension NetlinkMessage {
    /// `struct rtmsg` without source, priority and flags.
    mutating func appendRouteHeader(
        prefixLength: UInt8, routingProtocol: UInt8, scope: UInt8, table: UInt8, type: UInt8
    ) {
        for byte in [UInt8(AF_INET), prefixLength, 0, 0, table, routingProtocol, scope, type] { append(byte) }
        append(UInt32(0))
    }

    mutating func append(_ route: NetworkRoute) {
        let scope = route.gateway == nil ? RT_SCOPE_LINK.rawValue : RT_SCOPE_UNIVERSE.rawValue
        appendRouteHeader(
            prefixLength: UInt8(route.destination.prefixLength), routingProtocol: route.routingProtocol,
            scope: UInt8(scope),
            table: UInt8(RT_TABLE_MAIN.rawValue), type: UInt8(RTN_UNICAST))
        if route.destination.prefixLength > 0 { attribute(RTA_DST.rawValue, route.destination.address.bytes) }
        if let gateway = route.gateway { attribute(RTA_GATEWAY.rawValue, gateway.bytes) }
        if let link = route.link { attribute(RTA_OIF.rawValue, UInt32(link)) }
    }
}
