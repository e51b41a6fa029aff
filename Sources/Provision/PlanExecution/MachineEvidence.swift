import Clusterfiles
import Diagnostics
import Hypervisor
import JSON

/// What can be seen of a machine from outside, for whoever has to find out why it failed.
package struct MachineEvidence: Hashable, Sendable {
    package var domain: String
    package var state: String
    package var address: String
    package var macAddress: String
    /// The address that libvirt's DHCP server gave it, which is none's for machines whose address is set in them.
    package var lease: String?
    package var consoleLog: String
    /// The last lines of its console.
    package var console: [String]
    /// What to look at, in order.
    package var checks: [String]

    var lines: [String] {
        [
            "state:   \(state)",
            "address: \(address) (\(macAddress)), "
                + (lease.map { "leased \($0)" } ?? "no lease: it is set in the machine"),
            "console: " + (console.isEmpty ? "nothing in \(consoleLog)" : "the last lines of \(consoleLog)"),
        ] + console.map { "  | " + $0 } + checks.map { "check:   " + $0 }
    }

    var json: JSON {
        var json: JSON = [
            "domain": .string(domain), "state": .string(state), "address": .string(address),
            "mac": .string(macAddress), "consoleLog": .string(consoleLog), "console": JSON(console),
            "checks": JSON(checks),
        ]
        if let lease { json["lease"] = .string(lease) }
        return json
    }
}

extension MachineEvidence {
    /// Looks at a machine; nil where libvirt does not have it.
    static func gather(
        of machine: MachineSpec, network: String, _ hypervisor: Hypervisor, pool: String, consoleFolder: String
    ) async -> MachineEvidence? {
        // All of it only helps to explain: a failure stands without it.
        guard let domain = try? await hypervisor.domain(machine.domainName) else { return nil }
        let log = consoleFolder + "/" + Hypervisor.consoleLogName(ofDomain: machine.domainName)
        let tail = (try? await hypervisor.consoleTail(logPath: log, pool: pool, maximumBytes: 4096)) ?? ""
        let console = tail.split(whereSeparator: \.isNewline).suffix(12).map { String($0).withoutControls }
        let leases = (try? await hypervisor.leases(network: network)) ?? []
        return MachineEvidence(
            domain: machine.domainName, state: domain.state.words + (domain.pause.map { ": \($0)" } ?? ""),
            address: "\(machine.address)",
            macAddress: "\(machine.macAddress)",
            lease: leases.first { $0.macAddress == "\(machine.macAddress)" }?.address,
            consoleLog: log, console: console, checks: checks(machine, domain, console))
    }

    private static func checks(
        _ machine: MachineSpec, _ domain: DomainSnapshot, _ console: [String]
    ) -> [String] {
        var checks: [String] = []
        if console.contains(where: { $0.contains("Kernel panic") }) {
            checks.append("its kernel panicked: the image, its kernel arguments, and the memory it was given")
        }
        switch domain.state {
        case .paused: checks.append(domain.pause?.remedy ?? "virsh domstate --reason \(domain.name)")
        case .shutOff, .crashed: checks.append("it stopped by itself: the console says why")
        case .running, .shuttingDown, .suspendedByGuest, .unknown:
            checks.append("virsh console \(domain.name)")
        }
        return checks + ["it is kept as it is; clusterfile up goes on with it"]
    }
}
