package import Diagnostics

/// What can go wrong between this program and libvirt.
package enum HypervisorError: Error, Hashable, Sendable {
    /// No libvirt answers at that URI, or it refuses us.
    case unreachable(uri: String, LibvirtFailure)
    /// libvirtd went away in the middle of something that is not simply done again; the cause is a text for people.
    case connectionLost(uri: String, cause: String)
    /// A libvirt object that the caller named does not exist.
    case notFound(ObjectKind, name: String)
    /// libvirt refused to do something; `action` reads as "could not …".
    case refused(action: String, LibvirtFailure)
    /// The disk that a pool's folder is on has less space left than something needs.
    case poolFull(name: String, freeBytes: UInt64, neededBytes: UInt64)
    /// A pool that is defined and not started.
    case poolInactive(name: String)
    /// A pool that is active and whose folder somebody removed.
    case poolFolderGone(name: String, reason: String)
    /// The host already has the network's address range on an interface of another network.
    case addressRangeInUse(network: String, interface: String)
    /// Somebody else has that domain's channel or console open.
    case channelBusy(domain: String, channel: String)
    /// The channel ended, by the guest's stop or by libvirt's.
    case channelClosed(domain: String, channel: String)
    /// A disk is larger than it shall be.
    case diskCannotShrink(path: String, bytes: UInt64, wanted: UInt64)
    /// A domain that runs has more processors than it shall have.
    case processorsCannotLeave(domain: String, count: Int, wanted: Int)
    /// A wait ended before what it waited for happened.
    case timedOut(waitingFor: String, seconds: Double)
    /// A file on this host that could not be read.
    case unreadableFile(path: String, errno: Int32, reason: String)
    /// An answer that is not the XML it should be.
    case malformedAnswer(about: String)
    /// The user's XML for a domain cannot be read from that place on.
    case malformedOverlay(line: Int, column: Int)
    /// The user's XML for a domain has another root than `domain`, or wants to say whose the domain is.
    case refusedOverlay(element: String)

    /// The kinds of object that libvirt looks up by name.
    package enum ObjectKind: String, Hashable, Sendable {
        case domain, network, pool, volume, snapshot
    }
}

extension HypervisorError: Diagnosable {
    /// The error as a person reads it.
    package var diagnosis: Diagnosis {
        switch self {
        case .unreachable(let uri, let failure):
            Diagnosis(
                "no libvirt answers at \(uri)", why: failure.message,
                fix: "start libvirtd (`systemctl start libvirtd`, or `scripts/lab start` where there is no systemd), "
                    + "and run as root or as a member of the group libvirt")
        case .connectionLost(let uri, let cause):
            Diagnosis(
                "libvirt at \(uri) went away in the middle of an act", why: cause,
                fix: "run the same command again: it looks at how far this one came")
        case .notFound(let kind, let name):
            Diagnosis(
                "there is no \(kind.rawValue) '\(name)'", why: "libvirt does not know it",
                fix: "run `clusterfile up`: it looks at what exists and creates what is missing")
        case .refused(let action, let failure):
            Diagnosis(
                "could not \(action)", why: failure.message,
                fix: "see libvirtd's log for the cause, mend it and run the same command again")
        case .poolFull(let name, let free, let needed):
            Diagnosis(
                "the disk of the pool '\(name)' is full",
                why: "\(Self.size(free)) are free, and \(Self.size(needed)) are needed",
                fix: "free some space there (`clusterfile image prune` removes images that nothing uses), "
                    + "and run the same command again")
        case .poolInactive(let name):
            Diagnosis(
                "the pool '\(name)' is not active", why: "somebody stopped it, or libvirt could not read its folder",
                fix: "start it with `virsh pool-start \(name)`, and run the same command again")
        case .poolFolderGone(let name, let reason):
            Diagnosis(
                "the pool '\(name)' has lost its folder", why: reason,
                fix: "make it anew with `virsh pool-destroy \(name)` and `virsh pool-start \(name) --build`, "
                    + "and run the same command again: it creates what was in it")
        case .addressRangeInUse(let network, let interface):
            Diagnosis(
                "cannot start network '\(network)'",
                why: "the host's interface \(interface) already uses its address range",
                fix: "choose another range in the Clusterfile, or remove the network that \(interface) belongs to")
        case .channelBusy(let domain, let channel):
            Diagnosis(
                "the channel '\(channel)' of domain '\(domain)' is in use",
                why: "another program has it open, most likely another clusterfile",
                fix: "wait until that one has ended and run the same command again")
        case .channelClosed(let domain, let channel):
            Diagnosis(
                "the channel '\(channel)' of domain '\(domain)' was closed",
                why: "the machine stopped, or libvirtd was restarted",
                fix: "see `virsh domstate --reason \(domain)` and the machine's console")
        case .diskCannotShrink(let path, let bytes, let wanted):
            Diagnosis(
                "cannot make the disk \(path) smaller", why: "it has \(bytes) bytes, and \(wanted) are wanted",
                fix: "ask for \(bytes) bytes or more, or replace the machine")
        case .processorsCannotLeave(let domain, let count, let wanted):
            Diagnosis(
                "cannot take processors from domain '\(domain)' while it runs",
                why: "it has \(count), and \(wanted) are wanted",
                fix: "halt the machine first, or restart it afterwards")
        case .timedOut(let event, let seconds):
            Diagnosis(
                "gave up waiting for \(event)", why: "it did not happen within \(Self.rounded(seconds)) s",
                fix: "see the machine's console for what it is doing")
        case .unreadableFile(let path, _, let reason):
            Diagnosis("cannot read \(path)", why: reason, fix: "check that the file exists and that you may read it")
        case .malformedAnswer(let subject):
            Diagnosis(
                "libvirt described \(subject) in a way this program cannot read", why: "its XML is malformed",
                fix: "check that libvirt is version 9.0 or later, and report this with the output of `virsh dumpxml`")
        case .malformedOverlay(let line, let column):
            Diagnosis(
                "the XML for the domain cannot be read", why: "it is malformed at its line \(line), column \(column)",
                fix: "write one element <domain>…</domain> with what shall differ; `xmllint` shows its mistakes")
        case .refusedOverlay(let element):
            Diagnosis(
                "the XML for the domain must not have <\(element)> there",
                why: "its root is <domain>, and <name>, <uuid> and <metadata> say whose the machine is",
                fix: "write <domain> with what shall differ beside these")
        }
    }

    private static func size(_ bytes: UInt64) -> String {
        bytes < 10 << 20 ? "\(bytes >> 10) KiB" : bytes < 10 << 30 ? "\(bytes >> 20) MiB" : "\(bytes >> 30) GiB"
    }

    private static func rounded(_ seconds: Double) -> String {
        seconds == seconds.rounded() ? "\(Int(seconds))" : "\((seconds * 10).rounded() / 10)"
    }
}
