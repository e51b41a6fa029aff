import Foundation
import JSON
import Testing

/// `clusterfile play` on this very machine, in a folder of its own, beside `ansible-playbook`.
@Suite struct PlayCommandTests {
    private static let site = """
        - name: Everything
          hosts: all
          gather_facts: false
          vars: {place: "{{ root }}"}
          tasks:
            - name: Folder
              file: {path: "{{ place }}/made", state: directory}
              tags: files
            - name: Line
              lineinfile: {path: "{{ place }}/made/lines", line: "number {{ item }}", create: true, mode: "0644"}
              loop: [1, 2]
              notify: Told
            - name: Secret
              copy: {content: "{{ secret }}", dest: "{{ place }}/made/secret", mode: "0600"}
              no_log: true
            - name: Looked up
              command: cat {{ place }}/made/lines
              register: lines
              changed_when: false
            - name: Skipped
              command: never
              when: lines.stdout_lines | length == 7
            - name: Met
              command: "false"
              ignore_errors: true
          handlers:
            - {name: Told, command: "touch {{ place }}/told"}

        """

    private static let secret = "correct horse battery"

    private func environment(_ more: [String: String] = [:]) throws -> [String: String] {
        let programs = try #require(ProcessInfo.processInfo.environment["CLUSTERFILE_PROGRAMS"])
        return more.merging([
            "PATH": programs + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? ""), "NO_COLOR": "1",
        ]) { own, _ in own }
    }

    private func folder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("clusterfile-play-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Self.site.write(to: folder.appendingPathComponent("site.yml"), atomically: true, encoding: .utf8)
        return folder
    }

    private func arguments(_ folder: URL) -> [String] {
        [
            "-i", "here,", "-c", "local", "-e", "root=\(folder.path)", "-e", "{\"secret\": \"\(Self.secret)\"}",
            "site.yml",
        ]
    }

    private func play(_ folder: URL, _ more: String...) async throws -> CommandResult {
        try await Command.run(
            ["clusterfile", "play"] + more + arguments(folder), environment: environment(), folder: folder)
    }

    /// `ok=5 changed=4 …` of the recap's line of the host, by name.
    private func counts(_ output: String) throws -> [String: Int] {
        let line = try #require(output.split(separator: "\n").last { $0.hasPrefix("here ") }, "\(output)")
        return Dictionary(
            uniqueKeysWithValues: line.split(separator: " ").compactMap { word in
                let parts = word.split(separator: "=")
                return parts.count == 2 ? Int(parts[1]).map { (String(parts[0]), $0) } : nil
            })
    }

    @Test func `the recap and what is done are ansible-playbook's, at both runs`() async throws {
        let (ours, theirs) = (try folder(), try folder())
        for _ in 1...2 {
            let mine = try await play(ours)
            let peer = try await Command.run(
                ["ansible-playbook"] + arguments(theirs) + ["-e", "ansible_python_interpreter=/usr/bin/python3"],
                environment: ["ANSIBLE_NOCOLOR": "1"], folder: theirs)
            #expect(mine.status == 0 && peer.status == 0, "\(mine.transcript)\(peer.transcript)")
            #expect(try counts(mine.output) == counts(peer.output), "\(mine.transcript)\(peer.transcript)")
            #expect(!(mine.output + mine.errors).contains(Self.secret))
            for name in ["made/lines", "made/secret", "told"] {
                let one = try String(contentsOf: ours.appendingPathComponent(name), encoding: .utf8)
                #expect(try one == String(contentsOf: theirs.appendingPathComponent(name), encoding: .utf8))
            }
        }
    }

    @Test func `a check changes nothing and shows the differences, but for what is secret`() async throws {
        let folder = try folder()
        let check = try await play(folder, "--check", "--diff")
        #expect(check.output.contains("+number 1"), "\(check.transcript)")
        #expect(!(check.output + check.errors).contains(Self.secret), "\(check.transcript)")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/made"))
        let tagged = try await play(folder, "--tags", "files", "-o", "json")
        #expect(tagged.status == 0, "\(tagged.transcript)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/made").isEmpty)
    }

    @Test func `a mistake is told before anything runs`() async throws {
        let folder = try folder()
        try (Self.site + "- hosts: al\n  tasks:\n    - copi: {}\n").write(
            to: folder.appendingPathComponent("site.yml"), atomically: true, encoding: .utf8)
        let run = try await play(folder)
        #expect(run.status == 65, "\(run.transcript)")
        #expect(run.errors.contains("unknown module 'copi'\n  fix: did you mean 'copy'?"), "\(run.transcript)")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/made"))
    }

    /// Kills a program that waits for input with a signal that makes the kernel write its memory, where it may.
    private static let crash = """
        import os, resource, signal, sys, time
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.dup2(reading, 0)
            os.close(writing)
            os.execvp(sys.argv[1], sys.argv[1:])
        deadline = time.time() + 30
        while time.time() < deadline:
            name, state = open(f"/proc/{child}/stat").read().split("(")[1].rsplit(")", 1)
            if name.startswith("clusterfile") and state.split()[0] == "S":
                break
        os.kill(child, signal.SIGSEGV)
        print(os.WCOREDUMP(os.waitpid(child, 0)[1]))
        """

    @Test func `no core file has what was in a runner's memory`() async throws {
        let folder = try folder()
        let crashed = try await Command.output(
            ["python3", "-c", Self.crash, "clusterfile-runner", "--state", folder.path + "/state"],
            environment: environment(), folder: folder)
        #expect(crashed == "False\n")
        // The same with a program that takes no care, so that this would be seen.
        let other = try await Command.output(
            ["python3", "-c", Self.crash.replacingOccurrences(of: "clusterfile", with: "cat"), "cat"], folder: folder)
        #expect(other == "True\n")
    }
}
