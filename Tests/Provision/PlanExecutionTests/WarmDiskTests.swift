import Clusterfiles
import Foundation
import MachineImages
import Testing

@testable import PlanExecution

/// A warm disk is known by everything that its content follows from, and by nothing of a cluster's own.
@Suite struct WarmDiskTests {
    private let folder = Samples.folder()

    private static let playbook = """
        - hosts: all
          tasks:
            - name: Shared
              copy: {dest: /etc/shared, content: "{{ level | default('one') }}"}
              tags: [warm]
            - name: Its own
              copy: {dest: /etc/own, content: "{{ cluster_name }} {{ ip }} {{ inventory_hostname }}"}
            - name: Secret
              copy: {dest: /etc/secret, content: x}
              no_log: true
              tags: warm
        """

    private func key(
        _ spec: ClusterSpec, playbook: String = playbook, runner: String = "runner", image: String = "a"
    ) throws -> String? {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let path = folder + "/playbook.yml"
        try playbook.write(toFile: path, atomically: true, encoding: .utf8)
        try runner.write(toFile: folder + "/clusterfile-runner", atomically: true, encoding: .utf8)
        let file = ImageFile(path: "/x", sha256: image, bytes: 1)
        return try WarmDisk(
            for: try #require(spec.machines.first), of: spec,
            MachineImage(
                name: "debian-12", key: "k", disk: file, boot: .kernel(file, initrd: file, arguments: ""),
                virtualBytes: 1), playbook: path, runner: try RunnerProgram(folder: folder),
            .init(binaries: "/b", pki: "/secrets/\(spec.name)", containerImages: "/i", sshKey: "/k", knownHosts: "/h")
        )?.key
    }

    @Test func `two clusters with the same playbook share it`() throws {
        let other = try Samples.spec(
            "other", Samples.identifier("00000000-0000-5000-8000-000000000000"), range: "10.10.0.0/24",
            address: "10.10.0.99")
        #expect(try key(Samples.spec()) == key(other))
    }

    @Test func `tasks, image and runner each make another one of it`() throws {
        let spec = try Samples.spec()
        let keys = [
            try key(spec), try key(spec, playbook: Self.playbook.replacingOccurrences(of: "'one'", with: "'two'")),
            try key(spec, runner: "another"), try key(spec, image: "b"),
        ]
        #expect(Set(keys).count == keys.count)
    }

    @Test func `a task without the tag, and one that hides what it does, have no part in it`() throws {
        let spec = try Samples.spec()
        let otherwise = Self.playbook.replacingOccurrences(of: "/etc/own", with: "/etc/other")
            .replacingOccurrences(of: "content: x", with: "content: y")
        #expect(try key(spec) == key(spec, playbook: otherwise))
        #expect(try key(spec, playbook: Self.playbook.replacingOccurrences(of: "tags: [warm]", with: "")) == nil)
    }

    @Test func `nothing of the cluster's own can be named`() throws {
        let spec = try Samples.spec()
        let files = ClusterInventory.Controller(
            binaries: "/b", pki: "/secret-pki", containerImages: "/i", sshKey: "/secret-key",
            knownHosts: "/secret-hosts")
        let inventory = ClusterInventory.prepared(for: try #require(spec.machines.first), of: spec, files)
        #expect(inventory.hosts.map(\.name) == ["prepared"])
        let text = "\(inventory.variables) \(inventory.hosts)"
        for own in ["kube", "10.9.0.", "secret"] { #expect(!text.contains(own), "\(text)") }
        #expect(text.contains("clusterfile_binaries"))
    }
}
