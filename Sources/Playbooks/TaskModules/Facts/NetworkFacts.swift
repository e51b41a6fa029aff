internal import Glibc
internal import JSON
internal import Linux

/// Links with their addresses, and which of them leads out.
struct NetworkFacts {
    private var interfaces: [(name: String, facts: JSONObject)] = []
    private var default4 = JSONObject()
    private var default6 = JSONObject()
    private var (all4, all6): ([String], [String]) = ([], [])

    static func collect() -> JSONObject {
        var facts = NetworkFacts()
        facts.read()
        var all = JSONObject()
        let names = facts.interfaces.map { $0.name.map { $0 == ":" ? "_" : String($0) }.joined() }
        for (name, interface) in zip(names, facts.interfaces) { all[name] = .object(interface.facts) }
        all["interfaces"] = JSON(names)
        all["default_ipv4"] = .object(facts.default4)
        all["default_ipv6"] = .object(facts.default6)
        all["all_ipv4_addresses"] = JSON(facts.all4)
        all["all_ipv6_addresses"] = JSON(facts.all6)
        return all
    }

    private mutating func read() {
        let folder = "/sys/class/net"
        let names = FactFile.names(folder).filter { FactFile.exists("\(folder)/\($0)/ifindex") }
        let links = Dictionary(
            names.compactMap { name in
                FactFile.text("\(folder)/\(name)/ifindex").flatMap { Int32($0) }.map { ($0, name) }
            },
            uniquingKeysWith: { first, _ in first })
        // Without netlink there are links, but no addresses.
        guard var socket = try? NetlinkSocket(), let addresses = try? socket.interfaceAddresses() else {
            interfaces = names.map { ($0, InterfaceFacts.collect($0)) }
            return
        }
        // Addresses far away, to which no packet goes: only the way is asked for.
        default4 = outward(try? socket.path(to: [8, 8, 8, 8]), links)
        default6 = outward(
            try? socket.path(to: [0x24, 0x04, 0x68, 0, 0x40, 0x0A, 0x08, 0, 0, 0, 0, 0, 0, 0, 0x10, 0x12]), links)
        for name in names {
            interfaces.append((name, InterfaceFacts.collect(name)))
            let own = addresses.filter { links[$0.link] == name }
            for address in own.filter({ !$0.isSecondary }) + own.filter(\.isSecondary) {
                if address.isIPv6 { take6(address, on: name) } else { take4(address, on: name) }
            }
        }
    }

    private func outward(_ path: NetworkPath??, _ links: [Int32: String]) -> JSONObject {
        guard let path, let path else { return JSONObject() }
        var facts = JSONObject()
        if let name = path.link.flatMap({ links[$0] }) { facts["interface"] = .string(name) }
        if let source = path.source { facts["address"] = .string(source) }
        if let gateway = path.gateway { facts["gateway"] = .string(gateway) }
        return facts
    }

    private func position(_ name: String) -> Int? { interfaces.firstIndex { $0.name == name } }

    private mutating func take4(_ address: InterfaceAddress, on device: String) {
        let label = address.label ?? device
        let length = address.peer == nil ? address.prefixLength : 32
        let mask = length == 0 ? 0 : UInt32.max << (32 - UInt32(length))
        var number = in_addr()
        inet_pton(AF_INET, address.address, &number)
        let facts: JSONObject = [
            "address": .string(address.address), "prefix": .string(String(length)), "netmask": .string(text(mask)),
            "broadcast": .string(address.peer == nil ? address.broadcast ?? "" : ""),
            "network": .string(text(UInt32(bigEndian: number.s_addr) & mask)),
        ]
        if label != device {
            // An alias is an interface of its own, which its last address makes anew.
            if let at = position(label) { interfaces.remove(at: at) }
            interfaces.append((label, JSONObject()))
        }
        guard let at = position(label), let own = position(device) else { return }
        if !address.isSecondary, interfaces[at].facts["ipv4"] == nil {
            interfaces[at].facts["ipv4"] = .object(facts)
        } else {
            addSecondary(facts, at)
        }
        if address.isSecondary, label != device { addSecondary(facts, own) }
        if default4["address"]?.string == address.address {
            for (name, value) in facts where name != "address" { default4[name] = value }
            complete(&default4, from: interfaces[own].facts)
            default4["alias"] = .string(label)
        }
        if !address.address.hasPrefix("127.") { all4.append(address.address) }
    }

    private mutating func addSecondary(_ facts: JSONObject, _ at: Int) {
        let before = interfaces[at].facts["ipv4_secondaries"]?.array ?? []
        interfaces[at].facts["ipv4_secondaries"] = .array(before + [.object(facts)])
    }

    private mutating func take6(_ address: InterfaceAddress, on device: String) {
        guard let at = position(device) else { return }
        let prefix = JSON.string(String(address.prefixLength))
        let facts: JSONObject = [
            "address": .string(address.address), "prefix": prefix, "scope": .string(address.scope),
        ]
        interfaces[at].facts["ipv6"] = .array((interfaces[at].facts["ipv6"]?.array ?? []) + [.object(facts)])
        if default6["address"]?.string == address.address {
            default6["prefix"] = prefix
            default6["scope"] = .string(address.scope)
            complete(&default6, from: interfaces[at].facts)
        }
        if address.address != "::1" { all6.append(address.address) }
    }

    private func complete(_ outward: inout JSONObject, from interface: JSONObject) {
        outward["macaddress"] = interface["macaddress"] ?? "00:00:00:00:00:00"
        outward["mtu"] = interface["mtu"]
        outward["type"] = interface["type"] ?? "unknown"
    }

    private func text(_ number: UInt32) -> String {
        withUnsafeBytes(of: number.bigEndian) { addressText(Array($0)) } ?? ""
    }
}

/// One link as `/sys/class/net` shows it.
enum InterfaceFacts {
    private static let types = ["1": "ether", "32": "infiniband", "512": "ppp", "772": "loopback", "65534": "tunnel"]

    static func collect(_ name: String) -> JSONObject {
        let path = "/sys/class/net/" + name
        let folder = FactFolder(path)
        let names = Set(folder.names())
        func text(_ file: String) -> String? { folder.text(file) }
        func first(_ file: String) -> JSON { .string(text(file)?.split(separator: " ").first.map(String.init) ?? "") }
        var facts: JSONObject = ["device": .string(name)]
        if let address = text("address"), address != "00:00:00:00:00:00" { facts["macaddress"] = .string(address) }
        if let size = text("mtu").flatMap({ Int($0) }) { facts["mtu"] = JSON(size) }
        if let state = text("operstate") { facts["active"] = .bool(state != "down") }
        if names.contains("device"), let module = FactFile.resolved(path + "/device/driver/module") {
            facts["module"] = .string(String(module.split(separator: "/").last ?? ""))
        }
        if let type = text("type") { facts["type"] = .string(types[type] ?? "unknown") }
        if names.contains("bridge") {
            facts["type"] = "bridge"
            facts["interfaces"] = JSON(FactFile.names(path + "/brif"))
            facts["id"] = .string(text("bridge/bridge_id") ?? "")
            facts["stp"] = .bool(text("bridge/stp_state") == "1")
        }
        if names.contains("bonding") {
            facts["type"] = "bonding"
            facts["slaves"] = JSON((text("bonding/slaves") ?? "").split(separator: " ").map(String.init))
            for key in ["mode", "miimon", "lacp_rate"] { facts[key] = first("bonding/" + key) }
            if let primary = text("bonding/primary") {
                facts["primary"] = .string(primary)
                facts["all_slaves_active"] = .bool(text("bonding/all_slaves_active") == "1")
            }
        }
        if names.contains("bonding_slave") {
            facts["perm_macaddress"] = .string(text("bonding_slave/perm_hwaddr") ?? "")
        }
        if names.contains("device"), let device = FactFile.linkName(path + "/device") {
            facts["pciid"] = .string(device)
        }
        if let speed = text("speed").flatMap({ Int($0) }) { facts["speed"] = JSON(speed) }
        if let flags = text("flags").flatMap({ Int($0.dropFirst(2), radix: 16) }) {
            facts["promisc"] = .bool(flags & 0x100 != 0)
        }
        return facts
    }
}
