internal import Glibc

/// An address with a prefix, of IPv4 or IPv6, as the filters of the `ipaddr` family take it.
struct IPNetwork: Hashable {
    let version: Int
    var address: UInt128
    var prefix: Int

    init(version: Int, address: UInt128, prefix: Int) {
        (self.version, self.address, self.prefix) = (version, address, prefix)
    }

    /// `10.0.0.1`, `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `2001:db8::/32`; nil where it is neither address nor network.
    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let (version, address) = Self.parsed(parts[0]) else { return nil }
        let width = version == 4 ? 32 : 128
        guard parts.count == 2 else {
            self.init(version: version, address: address, prefix: width)
            return
        }
        if let prefix = Int(parts[1]), (0...width).contains(prefix), parts[1].allSatisfy(\.isNumber) {
            self.init(version: version, address: address, prefix: prefix)
        } else if let (maskVersion, mask) = Self.parsed(parts[1]), maskVersion == version,
            let prefix = Self.prefix(ofMask: mask, width: width)
        {
            self.init(version: version, address: address, prefix: prefix)
        } else {
            return nil
        }
    }

    /// The bits of a netmask or, inverted, of a host mask.
    private static func prefix(ofMask mask: UInt128, width: Int) -> Int? {
        let ones = width == 128 ? UInt128.max : (1 << UInt128(width)) - 1
        for bits in [mask, mask ^ ones] {
            let hosts = bits ^ ones
            if hosts & (hosts &+ 1) == 0 { return width - (128 - hosts.leadingZeroBitCount) }
        }
        return nil
    }

    private static func parsed(_ text: String) -> (version: Int, address: UInt128)? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let isV6 = text.contains(":")
        guard inet_pton(isV6 ? AF_INET6 : AF_INET, text, &bytes) == 1 else { return nil }
        return (isV6 ? 6 : 4, bytes.prefix(isV6 ? 16 : 4).reduce(0) { $0 << 8 | UInt128($1) })
    }

    var width: Int { version == 4 ? 32 : 128 }
    var hostBits: UInt128 { width == prefix ? 0 : UInt128.max >> UInt128(128 - (width - prefix)) }
    private var all: UInt128 { version == 4 ? 0xFFFF_FFFF : .max }
    var network: UInt128 { address & ~hostBits }
    var last: UInt128 { address | hostBits }
    var netmask: UInt128 { all ^ hostBits }
    /// How many addresses there are; nil where 128 bits do not hold it.
    var size: UInt128? { hostBits == .max ? nil : hostBits + 1 }
    var isSingle: Bool { hostBits == 0 }
    /// The broadcast address; networks of one or two addresses of IPv4 have none.
    var broadcast: UInt128? { version == 4 && width - prefix <= 1 ? nil : last }

    /// The first and the last address that hosts may have; a single address has none.
    var usable: (first: UInt128, last: UInt128)? {
        if isSingle { return nil }
        return hostBits == 1 ? (network, last) : (network + 1, last - 1)
    }

    func text(_ address: UInt128) -> String {
        let bytes = stride(from: width - 8, through: 0, by: -8).map {
            UInt8(truncatingIfNeeded: address >> UInt128($0))
        }
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(version == 4 ? AF_INET : AF_INET6, bytes, &buffer, socklen_t(buffer.count))
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    var text: String { text(address) + "/\(prefix)" }
    var addressText: String { text(address) }

    /// The network that this is in, without host bits.
    var subnet: IPNetwork { IPNetwork(version: version, address: network, prefix: prefix) }

    func contains(_ other: IPNetwork) -> Bool {
        version == other.version && network <= other.network && other.last <= last
    }

    private func isWithin(_ networks: [String]) -> Bool {
        networks.contains { IPNetwork($0)?.contains(self) == true }
    }

    var isMulticast: Bool { isWithin(["224.0.0.0/4", "ff00::/8"]) }
    var isLoopback: Bool { isWithin(["127.0.0.0/8", "::1/128"]) }
    var isLinkLocal: Bool { isWithin(["169.254.0.0/16", "fe80::/10"]) }
    var isPrivate: Bool {
        isLinkLocal
            || isWithin([
                "10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15",
                "239.0.0.0/8", "fc00::/7", "fec0::/10",
            ])
    }
    /// Whether the address reads as a netmask or a host mask.
    var isMask: Bool {
        let inverted = address ^ all
        return inverted & (inverted &+ 1) == 0 || address & (address &+ 1) == 0
    }

    var reverseName: String {
        if version == 4 {
            return addressText.split(separator: ".").reversed().joined(separator: ".") + ".in-addr.arpa."
        }
        let nibbles = (0..<32).map { String(UInt8(truncatingIfNeeded: address >> UInt128($0 * 4)) & 0xF, radix: 16) }
        return nibbles.joined(separator: ".") + ".ip6.arpa."
    }

    private static let mapped: UInt128 = 0xFFFF_0000_0000

    /// The same in IPv6, mapped.
    var inIPv6: IPNetwork {
        version == 6 ? self : IPNetwork(version: 6, address: address | Self.mapped, prefix: prefix + 96)
    }

    /// The same in IPv4, where it is mapped or compatible; nil otherwise.
    var inIPv4: IPNetwork? {
        if version == 4 { return self }
        guard address >> 32 == 0 || address >> 32 == 0xFFFF, prefix >= 96 else { return nil }
        return IPNetwork(version: 4, address: address & 0xFFFF_FFFF, prefix: prefix - 96)
    }
}
