import ClusterClient
package import Credentials
import Diagnostics
package import Hypervisor
package import JSON

/// What `status` says of a cluster: each machine as libvirt has it and each node as the API server has it.
package struct ClusterStatus: Hashable, Sendable {
    package struct Machine: Hashable, Sendable {
        package var name: String
        package var state: String
        package var address: String
        package var role: String?
        /// `Ready`, `NotReady`, `Unknown`; nil where it is no node or the API server cannot say.
        package var node: String?
    }

    package var cluster: String
    package var uuid: String
    package var machines: [Machine]
    /// Why nothing is known of the nodes, or nil.
    package var apiProblem: String?

    /// Looks at the nodes of a cluster that was observed; an API server that does not answer is part of the status.
    package init(of cluster: ObservedCluster, credentials: CredentialStore) async throws {
        self.cluster = cluster.name
        uuid = cluster.uuid.text
        var readiness: [String: String] = [:]
        if let master = cluster.master, master.state == .running {
            do {
                readiness = try await ClusterClient.admin(masterAddress: master.address, credentials, timeoutSeconds: 3)
                    .nodeReadiness()
            } catch let error as CancellationError {
                throw error
            } catch {
                apiProblem = Diagnoses(of: error).description
            }
        }
        machines = cluster.machines.map { machine in
            let ready = readiness[machine.name].map { ["True": "Ready", "False": "NotReady"][$0] ?? "Unknown" }
            return Machine(
                name: machine.name, state: machine.state.words, address: machine.address,
                role: machine.role?.rawValue, node: ready)
        }
    }

    /// The status for scripts.
    package var json: JSON {
        var value: JSON = ["cluster": .string(cluster), "uuid": .string(uuid)]
        if let apiProblem { value["apiProblem"] = .string(apiProblem) }
        value["machines"] = .array(
            machines.map { machine in
                [
                    "name": .string(machine.name), "state": .string(machine.state), "address": .string(machine.address),
                    "role": machine.role.map { .string($0) } ?? .null,
                    "node": machine.node.map { .string($0) } ?? .null,
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
