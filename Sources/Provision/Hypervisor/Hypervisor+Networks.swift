import CLibvirt

extension Hypervisor {
    /// Defines a network, or redefines the one of that name and UUID: what is active stays as it is until its next start.
    package func define(_ spec: NetworkSpec) async throws {
        let xml = spec.xml
        try await call { connection in
            let network = try Handle(virNetworkDefineXML(connection, xml), release: virNetworkFree) {
                .refused(action: "define network '\(spec.name)'", $0)
            }
            try Recording.record(network: network.pointer, named: spec.name, on: connection)
        }
    }

    /// Makes a network's bridge; one that is active is left alone.
    package func start(network name: String) async throws {
        try await call { connection in
            let network = try Lookup.network(name, on: connection)
            guard virNetworkIsActive(network.pointer) != 1, virNetworkCreate(network.pointer) < 0 else { return }
            let failure = LibvirtFailure.last()
            if virNetworkIsActive(network.pointer) == 1 { return }
            throw HypervisorError.networkNotStarted(name, failure)
        }
    }

    /// Takes a network's bridge away; its definition stays.
    package func destroy(network name: String) async throws {
        try await call { connection in
            guard let network = try Lookup.present({ try Lookup.network(name, on: connection) }),
                virNetworkIsActive(network.pointer) == 1
            else { return }
            try HypervisorError.check(virNetworkDestroy(network.pointer), "stop network '\(name)'")
        }
    }

    /// Forgets a network that is not active.
    package func undefine(network name: String) async throws {
        try await call { connection in
            guard let network = try Lookup.present({ try Lookup.network(name, on: connection) }) else { return }
            try HypervisorError.check(virNetworkUndefine(network.pointer), "undefine network '\(name)'")
        }
    }
}

extension HypervisorError {
    /// libvirt has no code of its own for an address range that is taken, only these words.
    static func networkNotStarted(_ name: String, _ failure: LibvirtFailure) -> HypervisorError {
        let words = failure.message.split(separator: " ")
        if words.suffix(6).prefix(5).elementsEqual(["already", "in", "use", "by", "interface"]),
            let interface = words.last
        {
            return .addressRangeInUse(network: name, interface: String(interface))
        }
        return .refused(action: "start network '\(name)'", failure)
    }
}
