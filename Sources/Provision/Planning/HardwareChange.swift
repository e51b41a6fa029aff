package import Clusterfiles

/// Something of a machine's hardware that can be changed while it runs.
package enum HardwareChange: Hashable, Sendable {
    case processors(Int)
    case pinning
    case memory(ByteCount)
    case attachDisk(volume: String)
    case detachDisk(volume: String)
    case attachCard(macAddress: String)
    case detachCard(macAddress: String)
}

/// How what a machine is made of differs from what is wanted.
struct HardwareDifference: Hashable, Sendable {
    /// Why there is something to do: "the Clusterfile wants 4 CPUs, and it has 2".
    var reason: String
    /// What changes it while the machine runs; nil where only a restart does.
    var change: HardwareChange?
}

extension MachineHardware {
    /// Everything by which this, which is there, differs from what is wanted.
    func differences(to wanted: MachineHardware) -> [HardwareDifference] {
        processorDifferences(to: wanted) + memoryDifferences(to: wanted) + diskDifferences(to: wanted)
            + cardDifferences(to: wanted) + deviceDifferences(to: wanted)
    }

    private func processorDifferences(to wanted: MachineHardware) -> [HardwareDifference] {
        var found: [HardwareDifference] = []
        if maximumProcessors != wanted.maximumProcessors {
            found.append(
                .init(reason: Self.reason("at most \(Self.cpus(wanted.maximumProcessors))", "\(maximumProcessors)")))
        }
        if processors != wanted.processors {
            // A guest gives a processor back when it likes to; it takes one at once.
            let isLive = wanted.processors > processors && wanted.processors <= maximumProcessors
            found.append(
                .init(
                    reason: Self.reason(Self.cpus(wanted.processors), "\(processors)"),
                    change: isLive ? .processors(wanted.processors) : nil))
        }
        if processorModel != wanted.processorModel {
            found.append(
                .init(
                    reason: Self.reason(
                        "the CPU model \(wanted.processorModel ?? "of the host")", processorModel ?? "the host's")))
        }
        if isNested != wanted.isNested {
            found.append(
                .init(
                    reason: wanted.isNested
                        ? "the Clusterfile wants machines in it" : "the Clusterfile wants no machines in it"))
        }
        if pinning != wanted.pinning {
            found.append(.init(reason: "the Clusterfile wants its CPUs pinned otherwise", change: .pinning))
        }
        return found
    }

    private func memoryDifferences(to wanted: MachineHardware) -> [HardwareDifference] {
        var found: [HardwareDifference] = []
        if maximumMemory != wanted.maximumMemory {
            found.append(
                .init(reason: Self.reason("at most \(wanted.maximumMemory) of memory", "\(maximumMemory)")))
        }
        if memory != wanted.memory {
            let isLive = maximumMemory == wanted.maximumMemory && hasBalloon
            found.append(
                .init(
                    reason: Self.reason("\(wanted.memory) of memory", "\(memory)"),
                    change: isLive ? .memory(wanted.memory) : nil))
        }
        return found
    }

    private func diskDifferences(to wanted: MachineHardware) -> [HardwareDifference] {
        let (had, asked) = (Set(disks.map(\.volume)), Set(wanted.disks.map(\.volume)))
        let changed = disks.subtracting(wanted.disks).filter { asked.contains($0.volume) }
        return had.subtracting(asked).sorted().map {
            HardwareDifference(
                reason: "the Clusterfile has no disk \(Self.diskName($0)) for it", change: .detachDisk(volume: $0))
        }
            + asked.subtracting(had).sorted().map {
                // Without its system it does not go on, whatever is plugged in.
                HardwareDifference(
                    reason: "it lacks the disk \(Self.diskName($0))",
                    change: Self.diskName($0) == "system" ? nil : .attachDisk(volume: $0))
            }
            + changed.map(\.volume).sorted().map {
                HardwareDifference(
                    reason: "the Clusterfile wants another cache mode for its disk \(Self.diskName($0))")
            }
    }

    private func cardDifferences(to wanted: MachineHardware) -> [HardwareDifference] {
        cards.subtracting(wanted.cards).map(\.macAddress).sorted().map {
            HardwareDifference(
                reason: "the Clusterfile has no such network card for it", change: .detachCard(macAddress: $0))
        }
            + wanted.cards.subtracting(cards).map(\.macAddress).sorted().map {
                HardwareDifference(reason: "it lacks this network card", change: .attachCard(macAddress: $0))
            }
    }

    private func deviceDifferences(to wanted: MachineHardware) -> [HardwareDifference] {
        var found: [HardwareDifference] = []
        if shares != wanted.shares {
            found.append(.init(reason: "the Clusterfile wants other shared folders for it"))
        }
        if passthrough != wanted.passthrough {
            found.append(.init(reason: "the Clusterfile wants other devices of the host for it"))
        }
        return found
    }

    private static func reason(_ wanted: String, _ had: String) -> String {
        "the Clusterfile wants \(wanted), and it has \(had)"
    }

    private static func cpus(_ count: Int) -> String { count == 1 ? "1 CPU" : "\(count) CPUs" }

    /// `data` of `UUID.MACHINE.data`.
    static func diskName(_ volume: String) -> String { volume.split(separator: ".").last.map(String.init) ?? volume }
}
