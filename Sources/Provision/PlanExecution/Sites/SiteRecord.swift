package import Clusterfiles
package import Diagnostics
import FoundationEssentials
import Hypervisor
import JSON
import Linux
import SecureShell

/// Which libvirts a cluster is on, kept in its state folder: so that commands find its machines without the Clusterfile, and
/// what is on a hypervisor that the file no longer names is still found and removed.
package struct SiteRecord: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        package var name: String?
        package var uri: String

        package init(name: String?, uri: String) {
            self.name = name
            self.uri = uri
        }
    }

    package var entries: [Entry]

    package init(_ entries: [Entry]) { self.entries = entries }

    private static func path(in folder: String) -> String { folder + "/hypervisors.json" }

    /// Nil where there is none: then it is the one libvirt of this host. One that cannot be read is an error, for without it
    /// `down` would take the cluster for gone and delete its keys.
    package static func read(in folder: String) throws(Diagnosis) -> SiteRecord? {
        let path = path(in: folder)
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let json: JSON
        do {
            json = try JSON(parsing: try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw unreadable(path, "\(error)")
        }
        let entries = (json["hypervisors"]?.array ?? []).compactMap { entry in
            entry["uri"]?.string.map { Entry(name: entry["name"]?.string, uri: $0) }
        }
        guard !entries.isEmpty else { throw unreadable(path, "it names no libvirt") }
        return SiteRecord(entries)
    }

    private static func unreadable(_ path: String, _ why: String) -> Diagnosis {
        Diagnosis(
            "the record of the cluster's hypervisors \(path) cannot be read", why: why,
            fix: "put it back from a copy, or name the libvirt with --connect URI")
    }

    func write(in folder: String) throws {
        if try Self.read(in: folder) == self { return }
        let json: JSON = [
            "hypervisors": .array(
                entries.map { ["name": $0.name.map { .string($0) } ?? .null, "uri": .string($0.uri)] })
        ]
        try AtomicFile.write(
            Array(json.prettyText.utf8), to: Self.path(in: folder), mode: 0o600, durability: .process)
    }

    /// The libvirts to look at: those that the Clusterfile names, or `here` where it names none or is not known, and those beside
    /// them that the cluster is known to be on. An unnamed one in the record is `here` of an earlier day, and counts only where
    /// the file has come to name hypervisors.
    package static func choose(wanted: ClusterSpec?, known: SiteRecord?, here: String) -> SiteRecord {
        let known = known?.entries ?? []
        let named = known.filter { $0.name != nil }
        if let wanted, !wanted.hypervisors.isEmpty {
            return SiteRecord(wanted.hypervisors.map { .init(name: $0.name, uri: $0.uri) }, and: known)
        }
        if wanted == nil, !named.isEmpty { return SiteRecord(known) }
        return SiteRecord([.init(name: nil, uri: here)], and: named)
    }

    /// Those first, and of the others each libvirt and each name that is not among them.
    private init(_ entries: [Entry], and others: [Entry]) {
        self.entries =
            entries + others.filter { other in !entries.contains { $0.uri == other.uri || $0.name == other.name } }
    }
}

extension Sites {
    /// Connects to each libvirt at once; every one that cannot be reached is told.
    ///
    /// `endpoint` is the one libvirt of this host; `hostNamespace` the namespace that this process came from, where it has
    /// entered that libvirt's.
    package static func connect(
        _ record: SiteRecord, wanted: ClusterSpec?, endpoint: LibvirtEndpoint, hostNamespace: String?
    ) async throws -> Sites {
        let outcomes = await withTaskGroup(of: (Int, Result<Site, Diagnosis>).self) { group in
            for (number, entry) in record.entries.enumerated() {
                group.addTask {
                    do {
                        let hypervisor = try await Hypervisor.connect(uri: entry.uri)
                        return (
                            number,
                            .success(
                                Site(
                                    name: entry.name, uri: entry.uri, hypervisor: hypervisor,
                                    route: try route(to: entry.uri, from: endpoint, hostNamespace),
                                    wanted: wanted?.hypervisors.first { $0.name == entry.name }))
                        )
                    } catch {
                        return (number, .failure(unreachable(entry, error)))
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        var sites: [Site] = []
        var problems: [Diagnosis] = []
        for number in record.entries.indices {
            switch outcomes[number] {
            case .success(let site)?: sites.append(site)
            case .failure(let problem)?: problems.append(problem)
            case nil: break
            }
        }
        guard problems.isEmpty else { throw Diagnoses(problems) }
        return Sites(sites)
    }

    private static func unreachable(_ entry: SiteRecord.Entry, _ error: any Error) -> Diagnosis {
        let cause = Diagnoses(of: error).all.first ?? Diagnosis("\(error)")
        guard let name = entry.name else { return cause }
        return Diagnosis(
            "hypervisor '\(name)' (\(entry.uri)) cannot be reached", why: cause.why ?? cause.what,
            fix: LibvirtEndpoint.jumpHost(of: entry.uri) == nil
                ? cause.fix : "see that this works without a question: virsh -c '\(entry.uri)' list")
    }

    private static func route(
        to uri: String, from endpoint: LibvirtEndpoint, _ hostNamespace: String?
    ) throws -> SecureShellRoute {
        if uri == endpoint.uri { return .direct }
        if let host = LibvirtEndpoint.jumpHost(of: uri) { return .jump(host) }
        if let namespace = LibvirtEndpoint.lab(at: uri)?.networkNamespace { return .namespace(namespace) }
        return hostNamespace.map { .namespace($0) } ?? .direct
    }
}
