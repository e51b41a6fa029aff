/// Where a machine is on its way up or down, as a person watches it.
package enum MachinePhase: String, Hashable, Sendable, CaseIterable {
    /// Nothing has been begun for it yet.
    case waiting
    /// Its disks and its domain are made.
    case creating
    /// It has been started and does not answer yet.
    case booting
    /// It was there before this run, which asks for it.
    case connecting
    /// Its playbook is carried out.
    case converging
    /// Done, as it was wanted.
    case ready
    case stopping
    case removing
    /// It is not there any more.
    case gone
    case failed

    /// Whether nothing more will happen to it in this run.
    package var isFinal: Bool {
        switch self {
        case .ready, .gone, .failed: true
        case .waiting, .creating, .booting, .connecting, .converging, .stopping, .removing: false
        }
    }
}
