import CLibvirt

extension Hypervisor {
    /// Saves a domain's disks and memory inside its qcow2 volumes; it goes on as it was, running or paused.
    package func saveRestorePoint(domain name: String, named point: String, description: String) async throws {
        let xml = XMLElement(
            "domainsnapshot", [XMLElement("name", text: point), XMLElement("description", text: description)]
        ).rendered()
        try await call { connection in
            let domain = try Lookup.domain(name, on: connection)
            _ = try Handle(virDomainSnapshotCreateXML(domain.pointer, xml, 0), release: virDomainSnapshotFree) {
                .refused(action: "save snapshot '\(point)' of domain '\(name)'", $0)
            }
        }
    }

    /// A domain's restore points, the oldest first.
    package func restorePoints(domain name: String) async throws -> [RestorePointSnapshot] {
        try await call { connection in
            let domain = try Lookup.domain(name, on: connection)
            let list = try HandleList(release: virDomainSnapshotFree, action: "list the snapshots of '\(name)'") {
                virDomainListAllSnapshots(domain.pointer, $0, 0)
            }
            return try list.compactMap { pointer throws(HypervisorError) in
                try Observation.restorePoint(pointer, domain: name)
            }.sorted { ($0.createdAtSeconds, $0.name) < ($1.createdAtSeconds, $1.name) }
        }
    }

    /// Takes a domain back to a restore point; it stays paused there until `resume`.
    package func revert(domain name: String, to point: String) async throws {
        try await call { connection in
            let domain = try Lookup.domain(name, on: connection)
            let snapshot = try Lookup.restorePoint(point, of: domain)
            let flags = VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED.rawValue
            try HypervisorError.check(
                virDomainRevertToSnapshot(snapshot.pointer, flags), "restore snapshot '\(point)' of domain '\(name)'")
        }
    }

    /// Deletes a restore point; one that does not exist, or whose domain does not, is no error.
    package func deleteRestorePoint(domain name: String, named point: String) async throws {
        try await call { connection in
            guard let domain = try Lookup.present({ try Lookup.domain(name, on: connection) }),
                let snapshot = try Lookup.present({ try Lookup.restorePoint(point, of: domain) })
            else { return }
            try HypervisorError.check(
                virDomainSnapshotDelete(snapshot.pointer, 0), "delete snapshot '\(point)' of domain '\(name)'")
        }
    }
}
