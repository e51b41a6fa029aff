import Foundation
import JSON
import Testing

@testable import Bundles
@testable import Inventories
@testable import Plays

/// The playbook that this project installs its clusters with.
@Suite struct ClusterPlaybookTests {
    private static let repository = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .path

    static func inventory(files: String) -> Inventory {
        let machines = ["kube-master1": "192.168.56.11", "kube-node1": "192.168.56.21", "kube-node2": "192.168.56.22"]
        return Inventory(
            hosts: machines.sorted { $0.key < $1.key }.map { name, address in
                .init(
                    name,
                    variables: ["ansible_host": .string(address), "ip": .string(address), "ansible_user": "cluster"])
            },
            groups: [
                .init("kube_control_plane", hosts: ["kube-master1"]), .init("etcd", hosts: ["kube-master1"]),
                .init("kube_node", hosts: ["kube-node1", "kube-node2"]), .init("calico_rr"),
                .init("k8s_cluster", children: ["kube_control_plane", "kube_node", "calico_rr"]),
            ],
            variables: [
                "cluster_name": "kube", "api_address": "192.168.56.11", "clusterfile_binaries": .string(files),
                "clusterfile_pki": .string(files), "clusterfile_images": .string(files),
                "clusterfile_known_hosts": .string(files + "/known_hosts"),
            ])
    }

    private func compiled(_ body: (CompiledPlaybook) throws -> Void) throws {
        let machine = try LocalMachine()
        var files = [
            "clusterfile-master", "clusterfile-node", "busybox.tar", "ca.crt", "admin.kubeconfig", "known_hosts",
        ]
        files += ["apiserver", "kubelet-client", "node-kube-master1", "node-kube-node1", "node-kube-node2"].flatMap {
            ["\($0).crt", "\($0).key"]
        }
        for file in files { try machine.write("content of \(file)\n", to: file) }
        try body(
            try CompiledPlaybook(
                Self.repository + "/playbooks/cluster.yml", inventory: Self.inventory(files: machine.root)))
    }

    @Test func `It compiles, and every machine takes part`() throws {
        try compiled { playbook in
            #expect(playbook.hosts == ["kube-master1", "kube-node1", "kube-node2"])
            #expect(playbook.stages.count == 1)
        }
    }

    @Test func `The master's files go to the master alone, each node's key to that node alone`() throws {
        try compiled { playbook in
            func sources(_ host: String) -> [String] {
                (playbook.bundle(for: host)?.plays[0].tasks ?? []).flatMap(\.files.keys)
                    .map { $0.split(separator: "/").last.map(String.init) ?? "" }.filter {
                        $0.hasSuffix(".key") || $0.hasSuffix("config")
                    }.sorted()
            }
            #expect(
                sources("kube-master1") == [
                    "admin.kubeconfig", "apiserver.key", "kubelet-client.key", "node-kube-master1.key",
                ])
            #expect(sources("kube-node1") == ["node-kube-node1.key"])
        }
    }
}
