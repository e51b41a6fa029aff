package import Clusterfiles
package import Diagnostics

/// What a person asks of machines that exist; none of it touches their disks or definitions.
package enum PowerChange: String, Hashable, Sendable, CaseIterable {
    /// Let them run: those that are off start, those that stand still go on.
    case start
    case halt
    case restart
    /// Let them stand still, their memory kept.
    case suspend
    /// Let those that stand still go on.
    case resume
}

/// The plan that brings a cluster's machines (all of them where none is named) to where the change wants them.
///
/// Machines that are there already have no step. `gently` asks the guest before its power is cut.
package func planPower(
    _ change: PowerChange, of cluster: ClusterUUID, machines named: Set<String> = [], gently: Bool = true,
    observed: ClusterSnapshot
) throws(Diagnoses) -> Plan {
    let machines = observed.machines.filter { machine in
        machine.belongs(to: cluster) && (named.isEmpty || named.contains(machine.machine ?? ""))
    }.sorted { $0.domainName < $1.domainName }
    // Of a whole cluster, those that are off are left alone; one that was named is a misunderstanding.
    let refused = machines.filter {
        !named.isEmpty && $0.state == .stopped && (change == .suspend || change == .resume)
    }
    guard refused.isEmpty else { throw Diagnoses(refused.map { .isOff($0.machine ?? $0.domainName, change) }) }

    var builder = PlanBuilder()
    let starting = machines.filter { $0.state == .stopped && change == .start || change == .restart }
    var ready: [String] = []
    if !starting.isEmpty {
        for network in observed.networks.sorted(by: { $0.name < $1.name })
        where network.owner == cluster && !network.isActive {
            ready.append(builder.add(.startNetwork(network.name), "machines need it", .inPlace))
        }
    }
    for machine in machines { builder.change(machine, change, gently: gently, network: ready) }
    return Plan(.power, steps: builder.steps)
}

extension PlanBuilder {
    fileprivate mutating func change(
        _ machine: MachineSnapshot, _ change: PowerChange, gently: Bool, network: [String]
    ) {
        let (name, domain) = (machine.machine ?? machine.domainName, machine.domainName)
        let asked = "asked for by '\(change.rawValue)'"
        switch change {
        case .start where machine.state == .stopped, .restart where machine.state == .stopped:
            add(.startMachine(name, domain: domain), "it does not run", .inPlace, after: network)
        case .start, .resume:
            guard machine.state == .paused || machine.state == .suspended else { return }
            add(.resumeMachine(name, domain: domain), machine.standstill, .inPlace)
        case .halt where machine.state == .stopped: return
        case .halt, .restart:
            var before: [String] = []
            // Who stands still cannot hear the request.
            if gently, machine.state != .running {
                before = [add(.resumeMachine(name, domain: domain), "it has to run in order to shut down", .inPlace)]
            }
            let effect = change == .restart ? Step.Effect.restart(machine: name) : .inPlace
            let stopped = add(.stopMachine(name, domain: domain, gently: gently), asked, effect, after: before)
            if change == .restart {
                add(.startMachine(name, domain: domain), asked, effect, after: [stopped] + network)
            }
        case .suspend:
            if machine.state == .running { add(.suspendMachine(name, domain: domain), asked, .inPlace) }
        }
    }
}

extension Diagnosis {
    fileprivate static func isOff(_ machine: String, _ change: PowerChange) -> Diagnosis {
        Diagnosis(
            "cannot \(change.rawValue) machine '\(machine)'", why: "it is off",
            fix: "start it with clusterfile start \(machine)")
    }
}
