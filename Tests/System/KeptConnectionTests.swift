import Foundation
import Testing

/// `clusterfile play` on this very machine over OpenSSH, with an sshd that ssh itself starts: one connection goes through all.
@Suite struct KeptConnectionTests {
    private struct Host {
        let folder: URL

        /// The name is short: ssh takes no long path for a socket.
        init() throws {
            folder = URL(filePath: "/tmp/kept-\(UUID().uuidString.prefix(8))")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }

        func write(_ text: String, _ name: String) throws {
            try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }

        func prepare() async throws {
            for name in ["host", "user"] {
                try await Command.output(["ssh-keygen", "-qt", "ed25519", "-N", "", "-f", folder.path + "/" + name])
            }
            if geteuid() == 0 { mkdir("/run/sshd", 0o755) }
            try write(
                """
                HostKey \(folder.path)/host
                PidFile none
                AuthorizedKeysFile \(folder.path)/user.pub
                StrictModes no
                UsePAM no
                PermitRootLogin yes
                SetEnv HOME=\(folder.path) XDG_CACHE_HOME=\(folder.path)/cache XDG_STATE_HOME=\(folder.path)/there
                """, "sshd_config")
            let key = try String(contentsOf: folder.appendingPathComponent("host.pub"), encoding: .utf8)
            try write("machine \(key)", "known_hosts")
            try write(
                """
                all:
                  hosts:
                    machine:
                      ansible_ssh_private_key_file: \(folder.path)/user
                      ansible_ssh_common_args: >-
                        -F none -o UserKnownHostsFile=\(folder.path)/known_hosts
                        -o ProxyCommand='/usr/sbin/sshd -i -f \(folder.path)/sshd_config -E \(folder.path)/log'
                """, "hosts.yml")
            try write(
                "- {hosts: all, gather_facts: false, tasks: [{command: echo said, changed_when: false}]}", "site.yml")
        }

        func play(_ environment: [String: String] = [:]) async throws {
            let programs = try #require(ProcessInfo.processInfo.environment["CLUSTERFILE_PROGRAMS"])
            let path = programs + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
            let run = try await Command.run(
                ["clusterfile", "play", "-i", "hosts.yml", "site.yml"],
                environment: environment.merging(["PATH": path, "XDG_STATE_HOME": folder.path + "/state"]) { own, _ in
                    own
                }, folder: folder)
            #expect(run.status == 0 && run.output.contains("machine : ok=1 "), "\(run.transcript)")
        }

        /// How often somebody has logged in.
        func logins() throws -> Int {
            try String(contentsOf: folder.appendingPathComponent("log"), encoding: .utf8)
                .matches(of: /Accepted publickey/).count
        }

        /// Sends the client that keeps the connection a signal.
        func signal(_ name: String) async throws {
            try await Command.run(["pkill", "-\(name)", "-f", "^ssh: \(folder.path)/"])
        }

        func remove() async throws {
            try await signal("KILL")
            try FileManager.default.removeItem(at: folder)
        }
    }

    private func withHost(_ body: (Host) async throws -> Void) async throws {
        let host = try Host()
        do {
            try await host.prepare()
            try await body(host)
        } catch {
            try await host.remove()
            throw error
        }
        try await host.remove()
    }

    @Test func `the next run takes the connection of the last`() async throws {
        try await withHost { host in
            for _ in 1...3 { try await host.play() }
            #expect(try host.logins() == 1)
        }
    }

    @Test(arguments: [
        // As Ansible has it: who gives arguments of his own has these alone.
        ["ANSIBLE_SSH_ARGS": ""],
        // No socket has so long a path.
        ["ANSIBLE_SSH_CONTROL_PATH_DIR": "/tmp/" + String(repeating: "long", count: 20)],
    ])
    func `where no connection can be kept or is to be kept, each run logs in`(_ environment: [String: String])
        async throws
    {
        try await withHost { host in
            for _ in 1...2 { try await host.play(environment) }
            #expect(try host.logins() == 2)
        }
    }

    @Test func `a kept connection that has ended, or is silent, is replaced`() async throws {
        try await withHost { host in
            try await host.play()
            try await host.signal("STOP")
            try await host.play()
            #expect(try host.logins() == 2)
            try await host.signal("KILL")
            try await host.play()
            #expect(try host.logins() == 3)
        }
    }
}
