import ArgumentParser
import Diagnostics
import PlanExecution

/// Prints the admin's kubeconfig, or puts it into the person's own.
struct KubeconfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kubeconfig",
        abstract: "Print the cluster's kubeconfig, or put it into your own (its bearer is admin: keep it).",
        discussion: """
            --merge makes it a context with the cluster's name, the current one, in the first file of $KUBECONFIG or in \
            ~/.kube/config; what that was stays beside it (.before-clusterfile). --remove and 'down' take it out again.

            Example: clusterfile kubeconfig --merge && kubectl get nodes
            """)

    @OptionGroup var cluster: ClusterOptions
    @Flag(help: "Put it into your own kubeconfig, as the current context.")
    var merge = false
    @Flag(help: "Take it out of your own kubeconfig.")
    var remove = false
    @Option(help: .init("Your own kubeconfig, where it is another.", valueName: "file"), completion: .file())
    var kubeconfig: String?

    func validate() throws {
        guard !(merge && remove) else { throw ValidationError("--merge and --remove exclude each other") }
    }

    func run() async throws {
        let identity = try cluster.identity()
        if remove { return tell(try file().remove(uuid: identity.uuid.text), "'\(identity.name)' is out of it") }
        let credentials = try cluster.credentials()
        guard try credentials.exists() else {
            throw Diagnosis(
                "cluster '\(identity.name)' has no kubeconfig", why: "it was never up", fix: "run clusterfile up")
        }
        let text = leading(try credentials.kubeconfig())
        guard merge else { return Terminal.output(text) }
        tell(
            try file().merge(text, cluster: identity.name, uuid: identity.uuid.text),
            "'\(identity.name)' is its current context")
    }

    /// A master behind a jump host is reached at the port of this host that leads to its API server, where there is one.
    private func leading(_ text: String) -> String {
        guard
            let door = (try? cluster.forwardKeeper().record)?.forwards.first(where: {
                $0.jump != nil && $0.guestPort == ClusterLifecycle.apiServerPort
            })
        else { return text }
        return text.replacing(
            "https://\(door.guestAddress):\(door.guestPort)", with: "https://\(door.hostAddress):\(door.hostPort)")
    }

    private func tell(_ hasChanged: Bool, _ words: String) {
        Terminal.error("\(path ?? ""): \(hasChanged ? words : "nothing to do")")
    }

    private var path: String? { kubeconfig ?? KubeconfigFile.usualPath(environment: Workplace.environment) }

    private func file() throws -> KubeconfigFile {
        guard let path else {
            throw Diagnosis(
                "it is not known where your kubeconfig is", why: "neither KUBECONFIG nor HOME is set",
                fix: "name it with --kubeconfig FILE")
        }
        return KubeconfigFile(path: path)
    }
}
