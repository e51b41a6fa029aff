import Clusterfiles
import Diagnostics
import Glibc
import Hypervisor

extension ClusterFork {
    /// Throws where the fork cannot be made, before anything is touched.
    func requirePossible(_ parts: [Part]) async throws {
        if let fault = ClusterSpec.fault(ofName: name) {
            throw Diagnosis("a cluster cannot be called that", why: fault, fix: "choose another name for --as")
        }
        guard geteuid() == 0 else {
            throw Diagnosis(
                "cannot fork '\(source.name)'", why: "a network namespace for the second cluster is root's to make",
                fix: "run it as root, or through sudo")
        }
        try await requireUnused()
        let cards = parts.flatMap { part in part.origin.otherCards.map { "\(part.machine.name) has \($0)" } }
        guard cards.isEmpty else {
            throw Diagnosis(
                "cannot fork '\(source.name)'",
                why: "the second cluster would meet the first there, with the same addresses: "
                    + cards.joined(separator: ", "),
                fix: "a fork is of machines whose cards are all on networks of libvirt's")
        }
        for part in parts { try requireReachable(part) }
    }

    private func requireUnused() async throws {
        let domains = try await forked().machines.map(\.domain)
        let volumes = try await hypervisor.volumes(pool: keeper.pool, prefix: uuid.text + ".").map(\.name)
        let taken = try await hypervisor.domains().map(\.name).filter { known in
            source.machines.contains { domain(of: $0.name) == known }
        }
        guard domains.isEmpty, volumes.isEmpty, taken.isEmpty, try !credentials.exists() else {
            let isWhole = Journal.unfinished(at: credentials.journalPath).isEmpty
            throw Diagnosis(
                "there is a cluster '\(name)' already",
                why: isWhole ? nil : "a command on it was cut short",
                fix: "choose another name for --as, or remove that one: clusterfile down -c \(name)")
        }
    }

    /// The disks are copied as files, so they have to be this host's.
    private func requireReachable(_ part: Part) throws {
        for file in part.statefulFiles {
            let name = file.split(separator: "/").last.map(String.init) ?? ""
            guard source.uuid.owner(ofVolume: name) != nil else {
                throw Diagnosis(
                    "cannot fork '\(source.name)'", why: "\(part.machine.name) writes to \(file), which is not its own",
                    fix: "a fork is of machines whose disks clusterfile made")
            }
            guard access(file, R_OK) == 0 else {
                throw Diagnosis(
                    "cannot fork '\(source.name)'",
                    why: "\(file) cannot be read here (\(String(cString: strerror(errno))))",
                    fix: "run it on the host of that libvirt")
            }
        }
    }
}
