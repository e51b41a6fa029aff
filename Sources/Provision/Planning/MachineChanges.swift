internal import Clusterfiles

/// What has to change of a machine that keeps its system disk.
struct MachineChanges: Hashable, Sendable {
    /// Why its definition is written anew, or nil.
    var redefining: String?
    /// Why it has to stop and start again, or nil.
    var restarting: String?
    /// What is changed while it runs; empty where it does not, or is restarted.
    var live: [LiveChange] = []

    struct LiveChange: Hashable, Sendable {
        var change: HardwareChange
        var reason: String
    }

    init(of domain: MachineSnapshot, to machine: MachineSpec, folder: String, data: DataVolumes) {
        let wanted = MachineHardware(of: machine, folder: folder)
        let otherOverlay = domain.specHash?.hardware != machine.specHash.hardware
        if otherOverlay {
            redefining = "the Clusterfile wants other XML for it"
        } else if machine.overlay == nil {
            // An overlay may say anything: with one, only what was defined last can be compared.
            redefining =
                domain.defined.map { $0.differences(to: wanted).first?.reason } ?? "its definition cannot be read"
        }
        if redefining == nil, domain.isAltered { redefining = "someone changed its definition" }

        guard domain.state != .stopped else { return }
        if otherOverlay {
            restarting = redefining
            return
        }
        guard machine.overlay == nil else { return }
        guard let running = domain.running else {
            restarting = "what it runs with cannot be read"
            return
        }
        let differences = running.differences(to: wanted)
        restarting = differences.first { $0.change == nil }?.reason
        guard restarting == nil else { return }
        live = differences.compactMap { difference in
            difference.change.map { LiveChange(change: $0, reason: difference.reason) }
        }
        // Disks that are attached and whose volume is made anew.
        for disk in data.missing where running.disks.contains(where: { $0.volume == disk.volume }) {
            let reason = "its volume is made anew"
            live.append(.init(change: .detachDisk(volume: disk.volume), reason: reason))
            live.append(.init(change: .attachDisk(volume: disk.volume), reason: reason))
        }
    }
}
