import ClusterClient
package import Clusterfiles
package import Credentials
package import Diagnostics
package import Hypervisor
package import JSON

/// What `status` says of a cluster: each machine as libvirt has it and each node as the API server has it.
package struct ClusterStatus: Hashable, Sendable {
    package struct Machine: Hashable, Sendable {
        package var name: String
        package var state: String
        /// Why it is paused, where nobody asked for that.
        package var fault: String?
        package var address: String
        package var role: String?
        /// `Ready`, `NotReady`, `Unknown`; nil where it is no node or the API server cannot say.
        package var node: String?
        /// The ports of the host that lead into it.
        package var forwards: [Forward] = []

        /// `running`, or `paused: no space left on the host for disk vda`.
        package var stateWords: String { fault.map { "\(state): \($0)" } ?? state }
    }

    package var cluster: String
    package var uuid: String
    package var machines: [Machine]
    /// Why nothing is known of the nodes, or nil.
    package var apiProblem: String?
    /// Whether the forwards are carried now.
    package var carriesForwards = false

    /// Looks at the nodes of a cluster that was observed; an API server that does not answer is part of the status.
    ///
    /// Where the spec is known, its machines that libvirt does not have are `missing`.
    package init(of cluster: ObservedCluster, wanted: ClusterSpec?, credentials: CredentialStore) async throws {
        self.cluster = cluster.name
        uuid = cluster.uuid.text
        var readiness: [String: String] = [:]
        if let master = cluster.master, master.state == .running {
            do {
                readiness = try await master.route.withDoor(to: master.address, port: ClusterLifecycle.apiServerPort) {
                    try await ClusterClient.admin(at: $0, credentials, timeoutSeconds: 3).nodeReadiness()
                }
            } catch let error as CancellationError {
                throw error
            } catch {
                apiProblem = Diagnoses(of: error).description
            }
        }
        machines = cluster.machines.map { machine in
            let ready = readiness[machine.name].map { ["True": "Ready", "False": "NotReady"][$0] ?? "Unknown" }
            return Machine(
                name: machine.name, state: machine.state.words, fault: machine.pause?.fault, address: machine.address,
                role: machine.role?.rawValue, node: ready)
        }
        for machine in wanted?.machines ?? [] where !machines.contains(where: { $0.name == machine.name }) {
            machines.append(
                Machine(
                    name: machine.name, state: "missing", address: "\(machine.address)",
                    role: machine.role?.rawValue, node: nil))
        }
    }

    /// The same with the forwards that a record has.
    package func with(_ record: ForwardRecord?) throws -> ClusterStatus {
        guard let record else { return self }
        var status = self
        status.carriesForwards = try record.runningServer() != nil
        for at in machines.indices {
            status.machines[at].forwards = record.forwards.filter { $0.machine == machines[at].name }
        }
        return status
    }

    /// The same of some machines only, all where none is named.
    package func limited(to names: [String]) throws(Diagnoses) -> ClusterStatus {
        let known = machines.map(\.name)
        let unknown = names.filter { !known.contains($0) }.map { name in
            Diagnosis(
                "cluster '\(cluster)' has no machine '\(name)'",
                why: known.isEmpty ? "it is not up" : "its machines are \(known.joined(separator: ", "))",
                fix: known.isEmpty
                    ? "run clusterfile up" : nearestName(to: name, among: known).map { "did you mean '\($0)'?" })
        }
        guard unknown.isEmpty else { throw Diagnoses(unknown) }
        var limited = self
        if !names.isEmpty { limited.machines.removeAll { !names.contains($0.name) } }
        return limited
    }

    /// The status for scripts.
    package var json: JSON {
        var value: JSON = ["cluster": .string(cluster), "uuid": .string(uuid)]
        if let apiProblem { value["apiProblem"] = .string(apiProblem) }
        value["machines"] = .array(
            machines.map { machine in
                [
                    "name": .string(machine.name), "state": .string(machine.state), "address": .string(machine.address),
                    "fault": machine.fault.map { .string($0) } ?? .null,
                    "role": machine.role.map { .string($0) } ?? .null,
                    "node": machine.node.map { .string($0) } ?? .null,
                    "forwards": .array(
                        machine.forwards.map { forward in
                            var value = forward.json
                            value["isCarried"] = .bool(carriesForwards)
                            return value
                        }),
                ]
            })
        return value
    }
}

extension DomainSnapshot.State {
    /// As a person says it.
    package var words: String {
        switch self {
        case .running, .paused, .crashed, .unknown: rawValue
        case .shuttingDown: "shutting down"
        case .shutOff: "off"
        case .suspendedByGuest: "asleep"
        }
    }
}
