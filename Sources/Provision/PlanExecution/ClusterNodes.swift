import Addresses
import ClusterClient
import Clusterfiles
import Credentials
import Diagnostics
import JSON
import Linux

/// The nodes of a cluster as its API server has them, beside the machines that they are.
struct ClusterNodes: Sendable {
    private let spec: ClusterSpec
    private let master: MachineSpec
    private let client: ClusterClient

    /// The API server is reached at `server`, `HOST:PORT`.
    init(of spec: ClusterSpec, master: MachineSpec, at server: String, _ credentials: CredentialStore) throws {
        self.spec = spec
        self.master = master
        client = try ClusterClient.admin(at: server, credentials)
    }

    /// Waits until the API server calls every member Ready, but for those that failed; gives those that are not at the deadline.
    ///
    /// Of nodes whose machine was changed since then (all, where the master's was) what the server has may be an old word: they
    /// have to have renewed their lease. That is seen by its time or, should the machines' clocks be wrong, by its change.
    func waitUntilReady(
        changed: Set<String>, without failed: Set<String>, since begin: Timestamp, atMost timeout: Duration
    ) async throws -> [MachineFailure] {
        let members = Set(spec.members.map(\.name)).subtracting(failed)
        let suspects = changed.contains(master.name) ? members : changed.intersection(members)
        var firstSeen: [String: String] = [:]
        let deadline = ContinuousClock.now + timeout
        var last = Missing(names: [master.name], reason: "the API server did not answer")
        while ContinuousClock.now < deadline {
            do {
                let readiness = try await client.nodeReadiness()
                let renewals = suspects.isEmpty ? [:] : try await leaseRenewals()
                let waiting = members.filter { name in
                    guard readiness[name] == "True" else { return true }
                    guard suspects.contains(name) else { return false }
                    guard let renewed = renewals[name] else { return true }
                    if let time = Timestamp(rfc3339: renewed), time > begin { return false }
                    if firstSeen[name] == nil { firstSeen[name] = renewed }
                    return firstSeen[name] == renewed
                }
                if waiting.isEmpty { return [] }
                last = Missing(names: waiting.sorted(), reason: "the API server does not call it Ready")
            } catch let error as CancellationError {
                throw error
            } catch {
                last = Missing(names: [master.name], reason: Diagnoses(of: error).description)
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        return last.names.map { name in
            let unit = name == master.name ? "clusterfile-master -u clusterfile-node" : "clusterfile-node"
            let diagnosis = Diagnosis(
                "its node is not Ready after \(timeout.components.seconds) s", why: last.reason,
                fix: "look at it with: clusterfile ssh \(name) -- sudo journalctl -u \(unit)")
            return MachineFailure(machine: name, phase: .converging, diagnoses: [diagnosis])
        }
    }

    /// Which machines are waited for, and why.
    private struct Missing {
        var names: [String]
        var reason: String
    }

    /// Deletes the Node objects of machines that the Clusterfile no longer has. All addresses of the cluster's network are its
    /// own; a node elsewhere was joined by hand and stays.
    func removeThoseWithoutMachine() async throws {
        let members = Set(spec.members.map(\.name))
        for node in try await client.list(.nodes).items {
            guard let name = node[path: "metadata", "name"]?.string, !members.contains(name) else { continue }
            let addresses = (node[path: "status", "addresses"]?.array ?? [])
                .filter { $0["type"]?.string == "InternalIP" }
                .compactMap { $0["address"]?.string.flatMap { IPv4Address($0) } }
            if addresses.contains(where: spec.network.range.contains) {
                try await client.delete(.nodes, name: name)
            }
        }
    }

    private func leaseRenewals() async throws -> [String: String] {
        var renewals: [String: String] = [:]
        for lease in try await client.list(.leases, namespace: "kube-node-lease").items {
            guard let name = lease[path: "metadata", "name"]?.string else { continue }
            renewals[name] = lease[path: "spec", "renewTime"]?.string
        }
        return renewals
    }
}
