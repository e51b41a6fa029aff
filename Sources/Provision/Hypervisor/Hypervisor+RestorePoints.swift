import CLibvirt

extension Hypervisor {
    /// Saves a domain's disks inside its qcow2 volumes, and its memory where it is on; it goes on as it was, running,
    /// paused or off.
    package func saveRestorePoint(domain name: String, named point: String, description: String) async throws {
        let xml = XMLElement(
            "domainsnapshot", [XMLElement("name", text: point), XMLElement("description", text: description)]
        ).rendered()
        // What was cut short is undone, not done again: it would be of a later moment than the other machines' are.
        try await createRestorePoint(
            domain: name, xml, flags: 0, "save snapshot '\(point)' of domain '\(name)'", repeating: .never)
    }

    /// Tells libvirt of a restore point that a domain's volumes hold already; `xml` is libvirt's description of it.
    package func adoptRestorePoint(domain name: String, xml: String) async throws {
        try await createRestorePoint(
            domain: name, xml, flags: VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE.rawValue,
            "tell libvirt of a snapshot of domain '\(name)'")
    }

    private func createRestorePoint(
        domain name: String, _ xml: String, flags: UInt32, _ action: String, repeating repetition: Repetition = .allowed
    ) async throws {
        try await call(repeating: repetition) { connection in
            let domain = try Lookup.domain(name, on: connection)
            _ = try Handle(virDomainSnapshotCreateXML(domain.pointer, xml, flags), release: virDomainSnapshotFree) {
                .refused(action: action, $0)
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

    /// libvirt's description of a restore point.
    package func restorePointXML(domain name: String, named point: String) async throws -> String {
        try await call { connection in
            let domain = try Lookup.domain(name, on: connection)
            let snapshot = try Lookup.restorePoint(point, of: domain)
            guard let xml = takeString(virDomainSnapshotGetXMLDesc(snapshot.pointer, 0)) else {
                throw HypervisorError.refused(action: "read snapshot '\(point)' of domain '\(name)'", .last())
            }
            return xml
        }
    }

    /// Takes a domain back to a restore point. With memory it stays paused there until `resume`; without, it is off.
    package func revert(domain name: String, to point: String) async throws {
        try await call { connection in
            let domain = try Lookup.domain(name, on: connection)
            let snapshot = try Lookup.restorePoint(point, of: domain)
            let hasMemory = try Observation.restorePoint(snapshot.pointer, domain: name)?.content == .disksAndMemory
            let flags = hasMemory ? VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED.rawValue : 0
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

    /// Waits until libvirt works on a domain no more: what a client that was killed has begun, libvirt finishes.
    package func waitUntilIdle(domain name: String, deadline: ContinuousClock.Instant) async throws {
        let began = ContinuousClock.now
        while try await isBusy(domain: name) {
            guard ContinuousClock.now < deadline else {
                throw HypervisorError.timedOut(
                    waitingFor: "libvirt to finish its work on domain '\(name)'", seconds: (deadline - began).inSeconds)
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func isBusy(domain name: String) async throws -> Bool {
        try await call { connection in
            let domain = try Lookup.domain(name, on: connection)
            var job = virDomainJobInfo()
            // A domain that is off has no jobs to tell of.
            guard virDomainGetJobInfo(domain.pointer, &job) == 0 else {
                virResetLastError()
                return false
            }
            return job.type != Int32(VIR_DOMAIN_JOB_NONE.rawValue)
        }
    }
}
