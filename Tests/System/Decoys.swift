import Foundation
import Testing

/// Things in libvirt whose names are nearly those of a cluster, and that are not its own.
struct Decoys {
    private let domains: [String]
    private let networks: [String]
    private let volumes: [String]

    /// Makes them: a longer and a shorter name of each, and another cluster's number.
    init(cluster: String, uuid: String) async throws {
        domains = ["\(cluster)_master2", "\(cluster)2_master", "\(cluster)"]
        networks = ["clusterfile_\(cluster)2", "\(cluster)"]
        let other = String(uuid.reversed())
        volumes = ["\(uuid)2.master.system", "\(other).master.system", "\(cluster).master.system"]
        // What a run that was killed left of them; there is most often nothing.
        for removal in removals { _ = try? await TestCluster.virsh(removal) }
        for domain in domains {
            try await define(
                "define",
                "<domain type='qemu'><name>\(domain)</name><memory>65536</memory><os><type>hvm</type></os></domain>"
            )
        }
        for network in networks { try await define("net-define", "<network><name>\(network)</name></network>") }
        for volume in volumes {
            try await TestCluster.virsh("vol-create-as", "clusterfile", volume, "1M", "--format", "qcow2")
        }
    }

    func expectUntouched() async throws {
        let domainsThere = try await TestCluster.virsh("list", "--all", "--name")
        for domain in domains { #expect(domainsThere.contains("\(domain)\n")) }
        let networksThere = try await TestCluster.virsh("net-list", "--all", "--name")
        for network in networks { #expect(networksThere.contains("\(network)\n")) }
        let volumesThere = try await TestCluster.virsh("vol-list", "clusterfile")
        for volume in volumes { #expect(volumesThere.contains(" \(volume) ")) }
    }

    func remove() async throws {
        for removal in removals { try await TestCluster.virsh(removal) }
    }

    private var removals: [[String]] {
        domains.map { ["undefine", $0] } + networks.map { ["net-undefine", $0] }
            + volumes.map { ["vol-delete", $0, "--pool", "clusterfile"] }
    }

    private func define(_ verb: String, _ xml: String) async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).xml")
        try xml.write(to: file, atomically: true, encoding: .utf8)
        try await TestCluster.virsh(verb, file.path)
        try FileManager.default.removeItem(at: file)
    }
}
