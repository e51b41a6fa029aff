package import Addresses
import CLinux
import Glibc

/// An address that an interface of this machine has now.
package struct NetworkInterface: Hashable, Sendable {
    package var name: String
    /// In text form, IPv4 or IPv6.
    package var address: String
    package var prefixLength: Int
    package var isUp: Bool
    package var isLoopback: Bool

    package init(name: String, address: String, prefixLength: Int, isUp: Bool, isLoopback: Bool) {
        self.name = name
        self.address = address
        self.prefixLength = prefixLength
        self.isUp = isUp
        self.isLoopback = isLoopback
    }

    /// The range the interface is in, where its address is IPv4.
    package var range: IPv4Network? {
        IPv4Address(address).map { IPv4Network(containing: $0, prefixLength: prefixLength) }
    }

    /// Every address of every interface in the caller's network namespace, by name and address.
    package static func all() throws(LinuxError) -> [NetworkInterface] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { throw .last("getifaddrs", "") }
        defer { freeifaddrs(first) }
        var all: [NetworkInterface] = []
        var next = first
        while let entry = next?.pointee {
            next = entry.ifa_next
            guard let address = entry.ifa_addr, let mask = entry.ifa_netmask,
                let (text, length) = read(address, mask: mask)
            else { continue }
            all.append(
                NetworkInterface(
                    name: String(cString: entry.ifa_name), address: text, prefixLength: length,
                    isUp: entry.ifa_flags & UInt32(IFF_UP) != 0,
                    isLoopback: entry.ifa_flags & UInt32(IFF_LOOPBACK) != 0))
        }
        return all.sorted { ($0.name, $0.address) < ($1.name, $1.address) }
    }

    private static func read(
        _ address: UnsafeMutablePointer<sockaddr>, mask: UnsafeMutablePointer<sockaddr>
    ) -> (String, Int)? {
        let family = Int32(address.pointee.sa_family)
        let (offset, count): (Int, Int)
        switch family {
        case AF_INET: (offset, count) = (4, 4)
        case AF_INET6: (offset, count) = (8, 16)
        default: return nil
        }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(family, UnsafeRawPointer(address) + offset, &text, socklen_t(text.count)) != nil else {
            return nil
        }
        let bits = UnsafeRawBufferPointer(start: UnsafeRawPointer(mask) + offset, count: count)
            .reduce(0) { $0 + $1.nonzeroBitCount }
        return (String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self), bits)
    }
}
