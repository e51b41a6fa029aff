import CLibvirt

/// Devices that come and go while a domain runs. What is there already, or gone already, is left alone.
extension Hypervisor {
    /// Gives a domain a disk, by the first name that no other has in what runs and in what is defined.
    package func attach(_ disk: DomainHardware.Disk, toDomain name: String) async throws {
        try await change(domain: name) { change in
            let taken = [change.defined, change.running].flatMap { description in
                description?.devices("disk").compactMap { $0.child("target")?["dev"] } ?? []
            }
            let element = disk.element(target: disk.device.freeTarget(taken: Set(taken)))
            try change.attach(element, "attach \(disk.path) to") {
                DeviceKey.disk(path: disk.path).find(in: $0)
            }
        }
    }

    /// Gives a domain a network card.
    package func attach(_ interface: DomainHardware.Interface, toDomain name: String) async throws {
        try await change(domain: name) { change in
            try change.attach(interface.element, "attach a network card \(interface.mac) to") {
                DeviceKey.interface(mac: interface.mac).find(in: $0)
            }
        }
    }

    /// Takes a disk from a domain, by the path of its file, and waits until the guest has let go of it.
    package func detachDisk(
        at path: String, fromDomain name: String, deadline: ContinuousClock.Instant
    ) async throws {
        try await detach(.disk(path: path), "disk \(path)", from: name, deadline: deadline)
    }

    /// Takes a network card from a domain, and waits until the guest has let go of it.
    package func detachInterface(
        mac: String, fromDomain name: String, deadline: ContinuousClock.Instant
    ) async throws {
        try await detach(
            .interface(mac: mac.lowercased()), "network card \(mac)", from: name, deadline: deadline)
    }

    private func detach(
        _ key: DeviceKey, _ what: String, from name: String, deadline: ContinuousClock.Instant
    ) async throws {
        try await change(domain: name) { change in
            try change.apply("detach \(what) from") {
                key.find(in: $0) != nil
            } _: { description, flag in
                guard let element = key.find(in: description) else { return 0 }
                return virDomainDetachDeviceFlags(change.pointer, element.rendered(), flag)
            }
        }
        let began = ContinuousClock.now
        while try await hasRunning(key, domain: name) {
            guard ContinuousClock.now < deadline else {
                throw HypervisorError.timedOut(
                    waitingFor: "domain '\(name)' to let go of its \(what)",
                    seconds: (deadline - began).inSeconds)
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func hasRunning(_ key: DeviceKey, domain name: String) async throws -> Bool {
        try await call { connection in
            let domain = try Lookup.domain(name, on: connection)
            return try Observation.running(domain: domain.pointer, named: name).flatMap(key.find) != nil
        }
    }

    /// Makes a domain's disk larger, which a guest that runs is told; the file must be a volume of a pool.
    package func resizeDisk(at path: String, ofDomain name: String, toBytes bytes: UInt64)
        async throws
    {
        try await call { connection in
            let action = "make the disk \(path) of domain '\(name)' larger"
            let volume = try Handle(
                virStorageVolLookupByPath(connection, path), release: virStorageVolFree
            ) {
                $0.isOne(of: VIR_ERR_NO_STORAGE_VOL)
                    ? .notFound(.volume, name: path) : .refused(action: action, $0)
            }
            guard let snapshot = try Observation.volume(volume.pointer, pool: "") else {
                throw HypervisorError.notFound(.volume, name: path)
            }
            guard snapshot.capacityBytes != bytes else { return }
            guard snapshot.capacityBytes < bytes else {
                throw HypervisorError.diskCannotShrink(
                    path: path, bytes: snapshot.capacityBytes, wanted: bytes)
            }
            // The domain may not be there yet, or no longer.
            if let domain = try Lookup.present({ try Lookup.domain(name, on: connection) }),
                try Observation.running(domain: domain.pointer, named: name).flatMap(
                    DeviceKey.disk(path: path).find) != nil
            {
                let flags = VIR_DOMAIN_BLOCK_RESIZE_BYTES.rawValue
                try HypervisorError.check(virDomainBlockResize(domain.pointer, path, bytes, flags), action)
            } else {
                try HypervisorError.check(virStorageVolResize(volume.pointer, bytes, 0), action)
            }
        }
    }
}

/// What tells a device of a domain from the others.
enum DeviceKey: Hashable, Sendable {
    case disk(path: String)
    case interface(mac: String)

    /// The device as a description has it, which is how libvirt wants it named.
    func find(in description: XMLElement) -> XMLElement? {
        switch self {
        case .disk(let path):
            description.devices("disk").first {
                $0.child("source").map { $0["file"] ?? $0["dev"] } == path
            }
        case .interface(let mac):
            description.devices("interface").first { $0.child("mac")?["address"] == mac }
        }
    }
}

extension XMLElement {
    /// The devices of a kind in a domain's description.
    func devices(_ kind: String) -> [XMLElement] {
        child("devices")?.children(kind) ?? []
    }
}

extension DomainChange {
    func attach(_ element: XMLElement, _ action: String, find: (XMLElement) -> XMLElement?) throws {
        try apply(action, where: { find($0) == nil }) {
            virDomainAttachDeviceFlags(pointer, element.rendered(), $1)
        }
    }
}
