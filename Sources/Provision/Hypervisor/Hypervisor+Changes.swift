import CLibvirt

/// Changes of a domain that may run: what it is defined as changes, and with it, where it runs, what it is now. What is as
/// asked already is left alone.
extension Hypervisor {
    /// Gives a domain that many of its processors, at most the maximum it is defined with. From one that runs none is taken
    /// away: few guests let go of them in time, and QEMU's translator can crash at the next restart.
    package func setProcessors(_ count: Int, ofDomain name: String) async throws {
        try await change(domain: name) { change in
            if let present = change.running.map({ DomainHardware(in: $0).processors.count }),
                present > count
            {
                throw HypervisorError.processorsCannotLeave(domain: name, count: present, wanted: count)
            }
            try change.apply("give \(count) processors to") {
                DomainHardware(in: $0).processors.count != count
            } _: {
                virDomainSetVcpusFlags(change.pointer, UInt32(count), $1)
            }
        }
    }

    /// Gives a domain that much of its memory, at most the maximum it is defined with. The guest's balloon moves while it
    /// finds the time; `statistics` tells how far it is.
    package func setMemory(_ bytes: UInt64, ofDomain name: String) async throws {
        let wanted = DomainHardware.Memory(bytes: bytes).bytes
        try await change(domain: name) { change in
            try change.apply("give \(wanted >> 20) MiB of memory to") {
                DomainHardware(in: $0).memory.bytes != wanted
            } _: {
                virDomainSetMemoryFlags(change.pointer, UInt(wanted >> 10), $1)
            }
        }
    }

    /// Lets a domain's processors run on these of the host, from now on; those that are not named run on all.
    package func setPinning(_ pinning: [Int: Set<Int>], ofDomain name: String) async throws {
        let hostProcessors = try await capacity().processors
        try await change(domain: name) { change in
            if let running = change.running.map({ DomainHardware(in: $0).processors }) {
                let all = Set(0..<hostProcessors)
                // One that is not there yet takes its place from the definition when it comes.
                for processor in 0..<running.count {
                    let wanted = pinning[processor] ?? all
                    guard (running.pinning[processor] ?? all) != wanted else { continue }
                    try change.pin(processor, to: wanted, hostProcessors: hostProcessors)
                }
            }
            guard DomainHardware(in: change.defined).processors.pinning != pinning else { return }
            // libvirt's own call for it can pin, and not take a pinning away.
            try change.redefine(change.defined.pinned(pinning), "pin the processors of")
        }
    }

    /// Lets a domain start with its host, or not.
    package func setStartsWithHost(_ starts: Bool, domain name: String) async throws {
        try await call { connection in
            let domain = try Lookup.domain(name, on: connection)
            try HypervisorError.check(
                virDomainSetAutostart(domain.pointer, starts ? 1 : 0),
                "let domain '\(name)' start with its host")
        }
    }

    /// What a domain uses; for one that does not run, what it is defined with.
    package func statistics(ofDomain name: String) async throws -> DomainStatistics {
        try await call { connection in
            let domain = try Lookup.domain(name, on: connection)
            var info = virDomainInfo()
            try HypervisorError.check(
                virDomainGetInfo(domain.pointer, &info), "read what domain '\(name)' uses")
            return DomainStatistics(
                processorTime: .nanoseconds(Int64(clamping: info.cpuTime)), processors: Int(info.nrVirtCpu),
                memoryBytes: UInt64(info.memory) << 10)
        }
    }
}

extension DomainChange {
    fileprivate func pin(_ processor: Int, to set: Set<Int>, hostProcessors: Int) throws(HypervisorError) {
        var map = [UInt8](repeating: 0, count: hostProcessors / 8 + 1)
        for number in set where number < hostProcessors { map[number / 8] |= 1 << (number % 8) }
        let flag = VIR_DOMAIN_AFFECT_LIVE.rawValue
        try HypervisorError.check(
            virDomainPinVcpuFlags(pointer, UInt32(processor), &map, Int32(map.count), flag),
            "pin processor \(processor) of domain '\(name)'")
    }
}

extension XMLElement {
    /// A domain's description with another pinning of its processors.
    fileprivate func pinned(_ pinning: [Int: Set<Int>]) -> XMLElement {
        var domain = self
        let index = domain.children.firstIndex { $0.name == "cputune" } ?? domain.children.endIndex
        if index == domain.children.endIndex { domain.children.append(XMLElement("cputune")) }
        domain.children[index].children.removeAll { $0.name == "vcpupin" }
        domain.children[index].children += DomainHardware.pins(pinning)
        return domain
    }
}
