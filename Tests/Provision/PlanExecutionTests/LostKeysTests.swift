import Clusterfiles
import Credentials
import Foundation
import Hypervisor
import Testing

@testable import PlanExecution

@Suite struct LostKeysTests {
    private let root = Samples.folder()
    private var store: CredentialStore { CredentialStore(root: root, uuid: Samples.uuid.text) }

    private func prepare() throws {
        try store.prepare(
            CredentialRequest(
                cluster: "kube", clusterfilePath: "Clusterfile",
                machines: [.init(name: "a", address: "10.9.0.11", isMember: false)], master: nil, user: "cluster"),
            now: .now)
    }

    private func observed() async throws -> ObservedCluster {
        ObservedCluster(name: "kube", uuid: Samples.uuid, domains: try await Samples.host().domains())
    }

    @Test func `keys that are all there, and a cluster without machines, are in order`() async throws {
        defer { unlink(root) }
        let nothing = ObservedCluster(name: "kube", uuid: Samples.uuid, domains: [])
        try nothing.requireKeys(for: .provisioning, in: store)
        try prepare()
        try await observed().requireKeys(for: .provisioning, in: store)
        try store.delete()
    }

    @Test(arguments: [
        ("ssh/id_ed25519", true), ("ca.key", false), ("pki/ca.crt", false), ("hosts/a/ssh_host_ed25519_key", false),
    ])
    func `a key that is gone is named; to log in, only the user's is needed`(file: String, isForLogin: Bool)
        async throws
    {
        defer { unlink(root) }
        try prepare()
        #expect(unlink("\(store.folder)/\(file)") == 0)
        let cluster = try await observed()
        let lost = LostKeys(cluster: "kube", folder: store.folder, missing: [file], machines: ["a"])
        #expect(throws: lost) { try cluster.requireKeys(for: .provisioning, in: store) }
        if isForLogin {
            #expect(throws: lost) { try cluster.requireKeys(for: .login, in: store) }
        } else {
            try cluster.requireKeys(for: .login, in: store)
        }
        try store.delete()
    }

    @Test func `up and provision refuse before anything is made or touched, and say what to do`() async throws {
        let host = try await Samples.host()
        let cluster = Samples.lifecycle(host, stateRoot: root)
        let spec = try Samples.spec()
        let error = await #expect(throws: LostKeys.self) {
            _ = try await cluster.up(spec, clusterfile: "Clusterfile") { _ in Issue.record("nothing is planned") }
        }
        await #expect(throws: LostKeys.self) { _ = try await cluster.provision(spec, clusterfile: "Clusterfile") }
        #expect(!FileManager.default.fileExists(atPath: root))
        #expect(try await host.domains().map(\.state) == [.running, .running])
        #expect(
            error?.diagnosis.rendered == """
                the keys of cluster 'kube' are lost: libvirt has its machine a, and \(store.folder) lacks ssh/id_ed25519, \
                ca.key, pki/ca.crt, hosts/a/ssh_host_ed25519_key, which they were made with and which no new one can \
                replace; with another HOME or XDG_STATE_HOME it would be another folder
                  fix: put the folder \(store.folder) back from a copy, or make the cluster anew: clusterfile down, then \
                clusterfile up
                """)
    }

    @Test func `down goes on without the folder, and takes its machines' console logs and nobody else's`() async throws
    {
        let host = try await Samples.host()
        let cluster = Samples.lifecycle(host, stateRoot: root)
        let seed = Samples.uuid.volumeName(machine: "a", disk: "seed")
        for name in [seed, "kube_a.console.log", "kube_a.console.log.0", "kube_b.console.log", "mine.console.log"] {
            _ = try await host.create(
                .init(pool: Samples.pool, name: name, capacityBytes: 1 << 20, format: .raw))
        }
        let plan = try await cluster.down(Samples.uuid) { _ in }
        #expect(plan.machines == ["a"])
        let left = try await host.observe(pool: Samples.pool)
        #expect(left.domains.map(\.name) == ["mine"])
        // kube_b's log may be another user's, whose cluster has the same name.
        #expect(left.volumeNames == ["kube_b.console.log", "mine.console.log"])
        #expect(try !store.exists())
        #expect(try await cluster.down(Samples.uuid) { _ in }.isEmpty)
        unlink(root)
    }
}
