package import Addresses
import CLinux
import Glibc

/// An IPv4 address of a link.
package struct NetworkAddress: Hashable, Sendable {
    package var link: Int32
    package var address: IPv4Address
    package var prefixLength: Int

    package init(link: Int32, address: IPv4Address, prefixLength: Int) {
        self.link = link
        self.address = address
        self.prefixLength = prefixLength
    }
}

extension NetlinkSocket {
    /// All IPv4 addresses.
    package mutating func addresses() throws(LinuxError) -> [NetworkAddress] {
        var message = NetlinkMessage(type: UInt16(RTM_GETADDR), flags: UInt16(NLM_F_DUMP))
        message.appendAddressHeader(link: 0, prefixLength: 0)
        return try request(message, "list the addresses").compactMap { reply in
            guard reply.type == UInt16(RTM_NEWADDR), let length: UInt8 = reply.integer(at: 1),
                let link: Int32 = reply.integer(at: 4),
                let number: UInt32 = reply.attributes(after: 8)[UInt16(IFA_LOCAL)]?.integer(at: 0)
            else { return nil }
            return NetworkAddress(
                link: link, address: IPv4Address(number: UInt32(bigEndian: number)), prefixLength: Int(length))
        }
    }

    /// Gives a link an address; one that it has already is as good.
    package mutating func add(_ address: NetworkAddress) throws(LinuxError) {
        try change(RTM_NEWADDR, address, flags: NLM_F_CREATE | NLM_F_REPLACE | NLM_F_ACK)
    }

    /// Takes an address from a link.
    package mutating func remove(_ address: NetworkAddress) throws(LinuxError) {
        try change(RTM_DELADDR, address, flags: NLM_F_ACK)
    }

    private mutating func change(_ type: some BinaryInteger, _ address: NetworkAddress, flags: Int32) throws(LinuxError)
    {
        var message = NetlinkMessage(type: UInt16(type), flags: UInt16(flags))
        message.appendAddressHeader(link: address.link, prefixLength: UInt8(address.prefixLength))
        message.attribute(IFA_LOCAL, address.address.bytes)
        message.attribute(IFA_ADDRESS, address.address.bytes)
        try request(message, "change the address \(address.address)/\(address.prefixLength) of link \(address.link)")
    }
}

extension NetlinkMessage {
    /// `struct ifaddrmsg`.
    mutating func appendAddressHeader(link: Int32, prefixLength: UInt8) {
        append(UInt8(AF_INET))
        append(prefixLength)
        append(UInt8(0))
        append(UInt8(0))
        append(link)
    }
}
