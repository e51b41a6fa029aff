extension NetworkConfiguration {
    var elements: [XMLElement] {
        var elements: [XMLElement] = []
        switch mode {
        case .nat: elements.append(XMLElement("forward", ["mode": "nat"]))
        case .routed: elements.append(XMLElement("forward", ["mode": "route"]))
        case .isolated: break
        }
        // No spanning tree and no delay: a new link forwards at once.
        elements.append(XMLElement("bridge", ["name": bridge, "stp": "off", "delay": "0"]))
        if let mtu { elements.append(XMLElement("mtu", ["size": "\(mtu)"])) }
        if let domain { elements.append(XMLElement("domain", ["name": domain, "localOnly": "yes"])) }
        if !dnsHosts.isEmpty { elements.append(XMLElement("dns", dnsHosts.map(\.element))) }
        elements.append(
            XMLElement("ip", ["address": gateway, "prefix": "\(prefixLength)"], (dhcp.map { [$0.element] } ?? [])))
        return elements
    }

    /// Reads a network with one IPv4 range on a bridge of its own; nil for any other.
    init?(in network: XMLElement) {
        let mode: Mode
        switch network.child("forward").map({ $0["mode"] ?? "nat" }) {
        case nil: mode = .isolated
        case "nat": mode = .nat
        case "route": mode = .routed
        default: return nil
        }
        guard let bridge = network.child("bridge")?["name"],
            let range = network.children("ip").first(where: { $0["family"] != "ipv6" }),
            let address = NetworkSnapshot.Address(range)
        else { return nil }
        self.init(
            mode: mode, bridge: bridge, mtu: network.child("mtu")?["size"].flatMap { Int($0) },
            domain: network.child("domain")?["name"], gateway: address.address, prefixLength: address.prefixLength,
            dnsHosts: network.child("dns")?.children("host").compactMap(DNSHost.init) ?? [],
            dhcp: range.child("dhcp").map(DHCP.init))
    }
}

extension NetworkConfiguration.DNSHost {
    var element: XMLElement {
        XMLElement("host", ["ip": address], names.map { XMLElement("hostname", text: $0) })
    }

    fileprivate init?(_ element: XMLElement) {
        guard let address = element["ip"] else { return nil }
        self.init(address: address, names: element.children("hostname").map(\.text))
    }
}

extension NetworkConfiguration.DHCP {
    fileprivate var element: XMLElement {
        XMLElement(
            "dhcp",
            (range.map { [XMLElement("range", ["start": $0.first, "end": $0.last])] } ?? [])
                + reservations.map(\.element))
    }

    fileprivate init(_ element: XMLElement) {
        let range = element.child("range").flatMap { range in
            range["start"].flatMap { first in range["end"].map { Range(first: first, last: $0) } }
        }
        self.init(range: range, reservations: element.children("host").compactMap(Reservation.init))
    }
}

extension NetworkConfiguration.DHCP.Reservation {
    var element: XMLElement {
        XMLElement("host", ["mac": mac, "name": name, "ip": address])
    }

    fileprivate init?(_ element: XMLElement) {
        guard let mac = element["mac"], let address = element["ip"] else { return nil }
        self.init(mac: mac, name: element["name"] ?? "", address: address)
    }
}
