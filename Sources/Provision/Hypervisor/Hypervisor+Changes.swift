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
            let all = Set(0..<hostProcessors)
            for processor in 0..<DomainHardware(in: change.defined).processors.maximum {
                let wanted = pinning[processor] ?? all
                try change.apply("pin processor \(processor) of") { description in
                    let processors = DomainHardware(in: description).processors
                    // One that is not there cannot be pinned: it takes its place from the definition when it comes.
                    let isThere = processor < processors.count || description["id"] == nil
                    return isThere && (processors.pinning[processor] ?? all) != wanted
                } _: { _, flag in
                    var map = [UInt8](repeating: 0, count: hostProcessors / 8 + 1)
                    for number in wanted where number < hostProcessors {
                        map[number / 8] |= 1 << (number % 8)
                    }
                    return virDomainPinVcpuFlags(
                        change.pointer, UInt32(processor), &map, Int32(map.count), flag)
                }
            }
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
