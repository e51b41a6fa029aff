import FoundationEssentials
import Testing

@testable import Credentials

private let uuid = "2ed6657d-e927-568b-95e1-2665a8aea6a2"
private let now = Date(timeIntervalSince1970: 1_800_000_000)

private func request(nodes: Int = 2, masterAddress: String = "192.168.56.11") -> CredentialRequest {
    CredentialRequest(
        cluster: "kube", clusterfilePath: "/somewhere/Clusterfile",
        machines: [.init(name: "kube-master1", address: masterAddress, isMember: true)]
            + (1...max(1, nodes)).prefix(nodes).map {
                .init(name: "kube-node\($0)", address: "192.168.56.2\($0)", isMember: true)
            },
        master: "kube-master1", user: "cluster")
}

/// Every file below a folder with its content.
private func contents(_ folder: String) throws -> [String: String] {
    var contents: [String: String] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
        var isFolder = false
        _ = FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder)
        if !isFolder { contents[name] = try text("\(folder)/\(name)") }
    }
    return contents
}

@Suite struct CredentialStoreTests {
    @Test func makesEverythingOnceAndProtectsIt() throws {
        try withTemporaryFolder { root in
            let store = CredentialStore(root: root + "/deep/clusterfile", uuid: uuid)
            #expect(try !store.exists())
            try store.prepare(request(), now: now)
            let first = try contents(store.folder)
            #expect(
                first.keys.sorted() == [
                    ".lock", "ca.key", "cluster.json", "hosts/kube-master1/ssh_host_ed25519_key",
                    "hosts/kube-master1/ssh_host_ed25519_key.pub", "hosts/kube-node1/ssh_host_ed25519_key",
                    "hosts/kube-node1/ssh_host_ed25519_key.pub", "hosts/kube-node2/ssh_host_ed25519_key",
                    "hosts/kube-node2/ssh_host_ed25519_key.pub", "kubeconfig", "pki/admin.crt", "pki/admin.key",
                    "pki/admin.kubeconfig", "pki/apiserver.crt", "pki/apiserver.key", "pki/ca.crt",
                    "pki/kubelet-client.crt",
                    "pki/kubelet-client.key", "pki/node-kube-master1.crt", "pki/node-kube-master1.key",
                    "pki/node-kube-node1.crt", "pki/node-kube-node1.key", "pki/node-kube-node2.crt",
                    "pki/node-kube-node2.key",
                    "ssh/id_ed25519", "ssh/id_ed25519.pub", "ssh/known_hosts",
                ])
            for name in first.keys { #expect(try permissions("\(store.folder)/\(name)") == 0o600, "\(name)") }
            for name in ["", "/ssh", "/pki", "/hosts", "/hosts/kube-node1"] {
                #expect(try permissions(store.folder + name) == 0o700, "\(name)")
            }
            try store.prepare(request(), now: now)
            #expect(try contents(store.folder) == first)
        }
    }

    @Test func opensslTrustsTheCertificatesForTheirPurposes() throws {
        try withTemporaryFolder { root in
            let store = CredentialStore(root: root, uuid: uuid)
            try store.prepare(request(), now: Date())
            let verify = "openssl verify -x509_strict -CAfile \(store.pkiFolder)/ca.crt"
            for (purpose, name) in [
                ("sslserver", "apiserver"), ("sslclient", "admin"), ("sslclient", "kubelet-client"),
                ("sslserver", "node-kube-node1"), ("sslclient", "node-kube-node1"),
            ] {
                let (output, status) = try run("\(verify) -purpose \(purpose) \(store.pkiFolder)/\(name).crt")
                #expect(status == 0, "\(output)")
            }
            #expect(try run("\(verify) -purpose sslserver \(store.pkiFolder)/admin.crt").status != 0)
            #expect(try run("\(verify) -purpose sslclient \(store.pkiFolder)/apiserver.crt").status != 0)
            for name in ["kubernetes.default.svc", "kube-master1", "localhost"] {
                #expect(try run("\(verify) -verify_hostname \(name) \(store.pkiFolder)/apiserver.crt").status == 0)
            }
            for address in ["192.168.56.11", "10.96.0.1", "127.0.0.1"] {
                #expect(try run("\(verify) -verify_ip \(address) \(store.pkiFolder)/apiserver.crt").status == 0)
            }
            #expect(try run("\(verify) -verify_ip 192.168.56.12 \(store.pkiFolder)/apiserver.crt").status != 0)
            let subject = try run(
                "openssl x509 -noout -subject -nameopt RFC2253 -in \(store.pkiFolder)/node-kube-node1.crt")
            #expect(subject.output == "subject=CN=system:node:kube-node1,O=system:nodes\n")
            for name in ["admin", "node-kube-node2", "apiserver"] {
                let ofKey = try run("openssl pkey -pubout -in \(store.pkiFolder)/\(name).key").output
                #expect(ofKey == (try run("openssl x509 -pubkey -noout -in \(store.pkiFolder)/\(name).crt").output))
            }
        }
    }

    @Test func finishesWhatAKilledRunLeftUndone() throws {
        try withTemporaryFolder { root in
            let store = CredentialStore(root: root, uuid: uuid)
            try store.prepare(request(), now: now)
            let whole = try contents(store.folder)
            for lost in whole.keys.sorted() where lost != "ca.key" && lost != "pki/ca.crt" && !lost.hasSuffix(".lock") {
                try FileManager.default.removeItem(atPath: "\(store.folder)/\(lost)")
                try store.prepare(request(), now: now)
                #expect(try contents(store.folder).keys.sorted() == whole.keys.sorted())
            }
            // The authority and the keys whose files were not lost are the same still.
            #expect(try text("\(store.pkiFolder)/ca.crt") == whole["pki/ca.crt"])
        }
    }

    @Test func aKeyWithoutItsAuthoritysCertificateIsAMakingCutShort() throws {
        try withTemporaryFolder { root in
            let store = CredentialStore(root: root, uuid: uuid)
            try store.prepare(request(), now: now)
            try FileManager.default.removeItem(atPath: "\(store.pkiFolder)/ca.crt")
            try store.prepare(request(), now: now)
            let verify = "openssl verify -no_check_time -CAfile \(store.pkiFolder)/ca.crt \(store.pkiFolder)/*.crt"
            #expect(try run(verify).status == 0)
        }
    }

    @Test func aLostAuthorityKeyIsSaidAndNothingIsReplaced() throws {
        try withTemporaryFolder { root in
            let store = CredentialStore(root: root, uuid: uuid)
            try store.prepare(request(), now: now)
            try FileManager.default.removeItem(atPath: "\(store.folder)/ca.key")
            #expect(throws: CredentialError.authorityLost(path: "\(store.folder)/ca.key")) {
                try store.prepare(request(), now: now)
            }
            try StateFolder(path: store.folder).write("ca.key", "rubbish")
            #expect(
                throws: CredentialError.unreadable(
                    path: "\(store.folder)/ca.key", wants: "the private key of pki/ca.crt")
            ) {
                try store.prepare(request(), now: now)
            }
            #expect(try text("\(store.folder)/ca.key") == "rubbish")
        }
    }

    @Test func machinesComeAndGoWithTheirKeys() throws {
        try withTemporaryFolder { root in
            let store = CredentialStore(root: root, uuid: uuid)
            try store.prepare(request(nodes: 1), now: now)
            let first = try contents(store.folder)
            try store.prepare(request(nodes: 2), now: now)
            let second = try contents(store.folder)
            #expect(Set(second.keys).subtracting(first.keys).count == 4)
            for (name, content) in first where name != "ssh/known_hosts" { #expect(second[name] == content, "\(name)") }
            // Until it is gone, a machine that is no longer wanted can be reached.
            try store.prepare(request(nodes: 1), now: now)
            #expect(try contents(store.folder) == second)
            try store.prune(request(nodes: 1))
            #expect(try contents(store.folder) == first)
        }
    }

    @Test func knownHostsNamesEveryMachineByNameAndAddress() throws {
        try withTemporaryFolder { root in
            let store = CredentialStore(root: root, uuid: uuid)
            try store.prepare(request(), now: now)
            for (name, machine) in [
                ("kube-node2", "kube-node2"), ("192.168.56.22", "kube-node2"), ("192.168.56.11", "kube-master1"),
            ] {
                let found = try run("ssh-keygen -F \(name) -f \(store.knownHostsPath)").output
                #expect(found.contains(try store.hostKey(ofMachine: machine).publicKeyWithoutComment))
            }
            #expect(try run("ssh-keygen -F 192.168.56.23 -f \(store.knownHostsPath)").status != 0)
        }
    }

    @Test func aCertificateIsMadeAnewWhenItsMachineMovesOrItsTimeRunsOut() throws {
        try withTemporaryFolder { root in
            let store = CredentialStore(root: root, uuid: uuid)
            try store.prepare(request(), now: now)
            let first = try contents(store.folder)
            try store.prepare(request(masterAddress: "192.168.56.12"), now: now)
            let moved = try contents(store.folder)
            let changed = moved.keys.filter { moved[$0] != first[$0] }.sorted()
            #expect(
                changed == [
                    "kubeconfig", "pki/admin.kubeconfig", "pki/apiserver.crt", "pki/apiserver.key",
                    "pki/node-kube-master1.crt", "pki/node-kube-master1.key", "ssh/known_hosts",
                ])
            try store.prepare(request(masterAddress: "192.168.56.12"), now: now + 300 * 86_400)
            #expect(try contents(store.folder) == moved)
            try store.prepare(request(masterAddress: "192.168.56.12"), now: now + 310 * 86_400)
            let renewed = try contents(store.folder)
            #expect(renewed["pki/admin.crt"] != moved["pki/admin.crt"])
            #expect(renewed["pki/ca.crt"] == moved["pki/ca.crt"])
            #expect(renewed["kubeconfig"] != moved["kubeconfig"])
        }
    }

    @Test func deletingTakesThisClusterAndFollowsNoLink() throws {
        try withTemporaryFolder { root in
            let store = CredentialStore(root: root, uuid: uuid)
            let other = CredentialStore(root: root, uuid: "2ed6657d-e927-568b-95e1-2665a8aea6a3")
            try store.prepare(request(), now: now)
            try other.prepare(request(), now: now)
            try FileManager.default.createSymbolicLink(
                atPath: "\(store.folder)/link", withDestinationPath: other.folder)
            #expect(try CredentialStore.clusters(root: root).map(\.uuid) == [uuid, other.uuid])
            try store.delete()
            try store.delete()
            #expect(try !store.exists())
            #expect(try other.kubeconfig().contains("server: https://192.168.56.11:6443"))
            #expect(
                try CredentialStore.clusters(root: root) == [
                    ClusterRecord(name: "kube", uuid: other.uuid, clusterfilePath: "/somewhere/Clusterfile")
                ])
        }
    }

    @Test func aClusterWithoutAMasterGetsNoCertificates() throws {
        try withTemporaryFolder { root in
            let store = CredentialStore(root: root, uuid: uuid)
            var plain = request()
            plain.master = nil
            try store.prepare(plain, now: now)
            #expect(try contents(store.pkiFolder).keys.sorted() == ["ca.crt"])
            #expect(throws: CredentialError.missing(path: store.kubeconfigPath)) { try store.kubeconfig() }
        }
    }

    @Test func theRootFollowsTheXDGSpecification() throws {
        #expect(
            try CredentialStore.defaultRoot(environment: ["HOME": "/home/a"]) == "/home/a/.local/state/clusterfile")
        #expect(
            try CredentialStore.defaultRoot(environment: ["HOME": "/home/a", "XDG_STATE_HOME": "/s"])
                == "/s/clusterfile")
        #expect(
            try CredentialStore.defaultRoot(environment: ["HOME": "/home/a", "XDG_STATE_HOME": "relative"])
                == "/home/a/.local/state/clusterfile")
        #expect(throws: CredentialError.noHome) { try CredentialStore.defaultRoot(environment: [:]) }
    }
}
