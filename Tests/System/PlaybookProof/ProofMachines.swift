import Foundation

/// The machines of the proof: one, saved as it starts, and forks of it, so that all begin as the very same.
struct ProofMachines: Sendable {
    let cluster: TestCluster
    /// When the snapshot was taken, by the machine's clock, in seconds.
    let moment: String
    private let forks: [String]
    private static let gateway = "192.168.150.1"
    private static let port = "8150"

    var sshConfiguration: URL { Self.sshConfiguration(of: cluster) }
    /// The inventory that says how the hosts are reached, and where the repository is.
    var connections: URL { Self.connections(of: cluster) }

    private static func forks(lanes: Int) -> [String] {
        (1...lanes).flatMap { $0 == 1 ? ["proof-ours-1"] : ["proof-peer-\($0)", "proof-ours-\($0)"] }
    }

    /// Makes so many pairs of machines.
    static func start(lanes: Int) async throws -> ProofMachines {
        let cluster = try TestCluster(
            name: "proof-peer-1", forks: forks(lanes: lanes),
            clusterfile: """
                cluster: proof-peer-1
                network: {address: 192.168.150.0/24}
                machines: [{name: target, address: \(ProofSide.address), image: debian-12-ansible, memory: 640MiB}]

                """)
        try await cluster.output("up", "--yes")
        try await cluster.output(
            "cp", CorpusPlaybook.folder.appendingPathComponent("machine-state").path, "target:/tmp/")
        try await writeConnections(of: cluster)
        // The runner is there and the programs that look are in the page cache afterwards: it would be the same work with
        // each playbook. Logins of root cost half of those of others.
        try await cluster.ssh("target", "sudo mkdir -p /root/.ssh && sudo cp ~/.ssh/authorized_keys /root/.ssh/")
        try await Command.output(
            [
                TestCluster.lab, "exec", "clusterfile", "play", "-u", "root", "-i",
                CorpusPlaybook.folder.appendingPathComponent("inventories/one.yml").path, "-i",
                connections(of: cluster).path, CorpusPlaybook.folder.appendingPathComponent("idle.yml").path,
            ],
            environment: cluster.environment)
        // Packages come from the repository that the test serves, and from nowhere else.
        let prepare = """
            sudo sh -c ': > /etc/apt/sources.list; rm -rf /etc/apt/sources.list.d/* /var/lib/apt/lists/*' && sudo rm -r /srv/idle && sudo mv /tmp/machine-state /usr/local/sbin/ &&
            sudo /usr/local/sbin/machine-state look 0 >/dev/null && sync && sleep 1 && date +%s.%N
            """
        let moment = try await cluster.ssh("target", prepare).trimmingCharacters(in: .whitespacesAndNewlines)
        try await cluster.output("snapshot", "save", ProofSide.snapshot)
        let machines = ProofMachines(cluster: cluster, moment: moment, forks: forks(lanes: lanes))
        do {
            for fork in machines.forks {
                try await cluster.output("snapshot", "fork", ProofSide.snapshot, "--as", fork)
            }
        } catch {
            await machines.remove([])
            throw error
        }
        return machines
    }

    private static func connections(of cluster: TestCluster) -> URL {
        cluster.folder.appendingPathComponent("connections.yml")
    }

    private static func sshConfiguration(of cluster: TestCluster) -> URL {
        cluster.folder.appendingPathComponent("ssh_config")
    }

    private static func writeConnections(of cluster: TestCluster) async throws {
        try await cluster.output("ssh-config")
            .replacingOccurrences(of: "Host target\n", with: "Host target \(ProofSide.address)\n")
            .write(to: sshConfiguration(of: cluster), atomically: true, encoding: .utf8)
        try """
        all:
          vars:
            ansible_host: \(ProofSide.address)
            ansible_ssh_common_args: -F \(sshConfiguration(of: cluster).path)
            ansible_python_interpreter: /usr/bin/python3
            repository_url: http://\(gateway):\(port)

        """.write(to: connections(of: cluster), atomically: true, encoding: .utf8)
    }

    /// The pairs of machines.
    func lanes() async throws -> [(peer: ProofSide, ours: ProofSide)] {
        let first = ProofSide(
            tool: .peer, name: cluster.name, inside: [TestCluster.lab, "exec"], machines: self)
        var sides = [first]
        for fork in forks {
            let status = try await cluster.output("status", "-c", fork, "-o", "json")
            guard let uuid = status.firstMatch(of: /"uuid": *"([^"]+)"/)?.1 else {
                throw SetupError("the status of \(fork) names no uuid")
            }
            sides.append(
                ProofSide(
                    tool: fork.hasPrefix("proof-ours") ? .ours : .peer, name: fork,
                    inside: ["ip", "netns", "exec", "clusterfile-\(uuid)"], machines: self))
        }
        return stride(from: 0, to: sides.count, by: 2).map { (sides[$0], sides[$0 + 1]) }
    }

    /// Runs the body while the repository's server answers on the gateway of each machine.
    func whileServing(_ sides: [ProofSide], _ body: () async throws -> Void) async throws {
        let repository = cluster.folder.appendingPathComponent("repository")
        try await Command.output([
            CorpusPlaybook.folder.appendingPathComponent("make-repository").path, repository.path,
        ])
        let servers = try sides.map { side in
            try Command.start(
                side.inside + [
                    "python3", "-m", "http.server", "--directory", repository.path, "--bind", Self.gateway, Self.port,
                ])
        }
        defer { servers.forEach { $0.process.terminate() } }
        try await body()
    }

    func remove(_ sides: [ProofSide]) async {
        // Best effort: the test has already said what failed.
        for side in sides { _ = try? await side.endConnections() }
        for fork in forks { _ = try? await cluster.clusterfile("down", "-c", fork, "--yes", deadline: 120) }
        await cluster.remove()
    }
}
