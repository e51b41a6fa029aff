import Diagnostics
import Foundation
import JSON
import Testing
import YAML

@testable import PlanExecution

@Suite struct KubeconfigFileTests {
    private let folder = URL(fileURLWithPath: Samples.folder())
    private var path: String { folder.appendingPathComponent("kube/config").path }
    private let uuid = "2ed6657d-e927-568b-95e1-2665a8aea6a2"

    private func own(server: String) -> String {
        """
        apiVersion: v1
        kind: Config
        clusters: [{name: kube, cluster: {server: "\(server)", certificate-authority-data: QQ==}}]
        users: [{name: admin@kube, user: {client-key-data: Qg==}}]
        contexts: [{name: admin@kube, context: {cluster: kube, user: admin@kube}}]
        current-context: admin@kube

        """
    }

    private func read() throws -> JSON {
        try YAML.document(try String(contentsOfFile: path, encoding: .utf8), file: path).json
    }

    @Test func `a file that is not there is made, for its owner alone, and is empty again at the end`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = KubeconfigFile(path: path)
        #expect(try file.merge(own(server: "https://a"), cluster: "kube", uuid: uuid))
        let made = try read()
        #expect(made["current-context"] == "kube" && made["contexts"]?[0]?["name"] == "kube")
        #expect(made["contexts"]?[0]?["context"]?["user"] == "admin@kube" && made["kind"] == "Config")
        #expect(made["clusters"]?[0]?["cluster"]?["server"] == "https://a")
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try !file.merge(own(server: "https://a"), cluster: "kube", uuid: uuid))
        #expect(try file.merge(own(server: "https://b"), cluster: "kube", uuid: uuid))
        #expect(try read()["clusters"]?.array?.count == 1)
        #expect(try file.remove(uuid: uuid))
        #expect(try read()["clusters"] == [] && read()["current-context"] == "")
        #expect(try !file.remove(uuid: uuid))
    }

    @Test func `what else is in the file stays, and its former text beside it`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let theirs = """
            # mine
            apiVersion: v1
            kind: Config
            clusters: [{name: work, cluster: {server: "https://w", proxy-url: "http://p"}}]
            users: [{name: me, user: {exec: {command: login, args: ["1", "yes"]}}}]
            contexts: [{name: work, context: {cluster: work, user: me, namespace: a}}]
            current-context: work
            preferences: {colors: true}

            """
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("kube"), withIntermediateDirectories: true)
        try theirs.write(toFile: path, atomically: true, encoding: .utf8)
        let before = try read()
        let file = KubeconfigFile(path: path)
        #expect(try file.merge(own(server: "https://a"), cluster: "kube", uuid: uuid))
        #expect(try read()["contexts"]?.array?.compactMap { $0["name"]?.string } == ["work", "kube"])
        #expect(try String(contentsOfFile: path + ".before-clusterfile", encoding: .utf8) == theirs)
        #expect(try file.remove(uuid: uuid))
        var after = try read()
        #expect(after["current-context"] == "")
        after["current-context"] = "work"
        #expect(after == before)
    }

    @Test func `an entry of that name that is somebody else's is not written over`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = KubeconfigFile(path: path)
        #expect(try file.merge(own(server: "https://a"), cluster: "kube", uuid: "another"))
        let before = try read()
        let failure = #expect(throws: Diagnosis.self) {
            try file.merge(own(server: "https://b"), cluster: "kube", uuid: uuid)
        }
        #expect(failure?.what.contains("another 'kube' in its clusters") == true)
        #expect(try read() == before && !file.remove(uuid: uuid))
    }

    @Test func `kubectl's own place is taken`() {
        #expect(KubeconfigFile.usualPath(environment: ["KUBECONFIG": "/a:/b", "HOME": "/h"]) == "/a")
        #expect(KubeconfigFile.usualPath(environment: ["KUBECONFIG": "", "HOME": "/h"]) == "/h/.kube/config")
        #expect(KubeconfigFile.usualPath(environment: [:]) == nil)
    }
}
