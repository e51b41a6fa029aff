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
        return try disk(spec, path, image)?.key
    }

    private func disk(_ spec: ClusterSpec, _ path: String, _ image: String = "a") throws -> WarmDisk? {
        let file = ImageFile(path: "/x", sha256: image, bytes: 1)
        return try WarmDisk(
            for: try #require(spec.machines.first), of: spec,
            MachineImage(
                name: "debian-12", key: "k", disk: file, boot: .kernel(file, initrd: file, arguments: ""),
                virtualBytes: 1), playbook: path, runner: try RunnerProgram(folder: folder),
            .init(binaries: "/b", pki: "/secrets/\(spec.name)", containerImages: "/i", sshKey: "/k", knownHosts: "/h"))
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

    @Test(arguments: [(9.0, 1.0, false), (9.0, 11.0, true), (0, 11, false)])
    func `it pays where the tasks that it saves took longer than a boot`(boot: Double, task: Double, pays: Bool) throws
    {
        _ = try key(Samples.spec())
        let disk = try #require(try disk(Samples.spec(), folder + "/playbook.yml"))
        let shared = try #require(disk.tasks.first { $0.name == "Shared" }).location
        let gain = WarmGain()
        func ended(_ seconds: Double, at location: String, _ result: ProgressEvent.TaskResult = .changed) {
            gain.note(
                .task(.init(machine: "a", task: "t", result: result, location: location, seconds: seconds)))
        }
        if boot > 0 { gain.note(.phaseFinished(.boot, seconds: boot)) }
        // Other tasks, and those that were done before, are none that it saves.
        ended(100, at: "elsewhere:1:1")
        ended(100, at: shared, .ok)
        // A loop's item and the loop are one time.
        ended(task, at: shared)
        ended(task, at: shared)
        #expect(gain.pays(disk, for: "a") == pays)
        #expect(!gain.pays(disk, for: "b"))
    }

    @Test func `another content has the place of the one before it, another purpose a place of its own`() throws {
        _ = try key(Samples.spec())
        let path = folder + "/playbook.yml"
        let first = try #require(try disk(Samples.spec(), path))
        let second = try #require(try disk(Samples.spec(), path, "b"))
        #expect(first.family == second.family)
        #expect(first.stem != second.stem)
        let other = folder + "/other.yml"
        try Self.playbook.write(toFile: other, atomically: true, encoding: .utf8)
        #expect(try disk(Samples.spec(), other)?.family != first.family)
    }
}
