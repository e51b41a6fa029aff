internal import Addresses
internal import JSON

/// What of a machine goes into its hash.
struct MachineParts {
    let image: MachineSpec.Image
    let firstBoot: MachineSpec.FirstBoot
    /// Of the card in the cluster's network.
    let macAddress: MACAddress
    let overlay: String?
    let tunnel: MachineSpec.Tunnel?

    func hash(name: String, address: IPv4Address, network: IPv4Network, user: String) -> SpecHash {
        SpecHash(
            system: Fingerprint(of: system(name, address, network, user).bytes).shortText,
            hardware: Fingerprint(of: hardware.bytes).shortText)
    }

    private func system(_ name: String, _ address: IPv4Address, _ network: IPv4Network, _ user: String) -> JSON {
        var system: JSON = [
            "name": .string(name), "image": .string("\(image)"), "user": .string(user), "address": JSON("\(address)"),
            "network": JSON("\(network)"), "mac": JSON("\(macAddress)"),
        ]
        switch image {
        case .catalogue: break
        case .file(_, let sha256): if let sha256 { system["sha256"] = .string(sha256) }
        case .download(_, let sha256): system["sha256"] = .string(sha256)
        }
        if case .cloudInit(let userData) = firstBoot { system["userData"] = .string(userData ?? "") }
        return system
    }

    private var hardware: JSON {
        var hardware: JSON = overlay.map { ["xml": .string($0)] } ?? [:]
        if let tunnel { hardware["tunnel"] = .string(tunnel.xml) }
        return hardware
    }
}
