import Foundation
import JSON
import Testing

/// The commands of a working day, on one machine.
@Suite struct EverydayTests {
    private static func cluster() throws -> TestCluster {
        try TestCluster(
            name: "everyday",
            clusterfile: """
                cluster: everyday
                network: {address: 192.168.169.0/24}
                machines:
                  - {name: one, address: 192.168.169.11, image: debian-12, memory: 512MiB, groups: [front]}

                """)
    }

    @Test func `a machine is commanded, copied to and from, looked into and named`() async throws {
        let cluster = try Self.cluster()
        try await cluster.output("up", "--yes")
        try await commands(cluster)
        try await copies(cluster)
        try await console(cluster)
        try await logs(cluster)
        try await hosts(cluster)
        await cluster.remove()
    }

    private func commands(_ cluster: TestCluster) async throws {
        let exec = try await cluster.clusterfile("exec", "-g", "front", "--", "echo out; echo err >&2; exit 3")
        #expect(exec.status == 3, "\(exec.transcript)")
        #expect(exec.output == "one | out\n", "\(exec.transcript)")
        #expect(exec.errors == "one | err\nexit 3: one\n", "\(exec.transcript)")
        let input = try await Command.output(
            ["clusterfile", "exec", "-i", "-o", "json", "--", "cat"], input: "a line", environment: cluster.environment,
            folder: cluster.folder)
        #expect(try JSON(parsing: input)[0]?["stdout"]?.string == "a line")
        let slow = try await cluster.clusterfile("exec", "--timeout", "2", "--", "sleep 60")
        #expect(slow.status == 255, "\(slow.transcript)")
        #expect(slow.errors.contains("it took longer than it may"), "\(slow.transcript)")
        let plain = try await cluster.clusterfile("ssh", "one", "hostname", "-s")
        #expect(plain.output == "one\n", "\(plain.transcript)")
        let long = try cluster.start("ssh", "one", "--", "echo begun; sleep 100")
        _ = try await Command.eventually(within: 20, "the login") {
            long.progress()
        } until: {
            $0.contains("begun")
        }
        long.process.interrupt()
        _ = try await Command.eventually(within: 5, "the end by Control-C") {
            long.process.isRunning
        } until: {
            !$0
        }
        let unknown = try await cluster.clusterfile("exec", "oen", "--", "true")
        #expect(unknown.errors.contains("did you mean 'one'?"), "\(unknown.transcript)")
    }

    private func copies(_ cluster: TestCluster) async throws {
        let folder = cluster.folder.appendingPathComponent("site/sub dir")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("run")
        let bytes = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        try bytes.write(to: file)
        let time = Date(timeIntervalSince1970: 1_500_000_000)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o751, .modificationDate: time], ofItemAtPath: file.path)
        try await cluster.output("cp", "site", "one:/tmp/")
        #expect(
            try await cluster.ssh("one", "stat -c '%a %Y %s' '/tmp/site/sub dir/run'") == "751 1500000000 3000000\n")
        try await cluster.output("cp", "one:/tmp/site", "one:again")
        try await cluster.output("cp", "one:again/sub dir/run", "back")
        #expect(try Data(contentsOf: cluster.folder.appendingPathComponent("back")) == bytes)
        let wrong = try await cluster.clusterfile("cp", "onn:/x", ".")
        #expect(wrong.errors.contains("did you mean 'one'?"), "\(wrong.transcript)")
    }

    private func console(_ cluster: TestCluster) async throws {
        #expect(try await cluster.output("console", "one", "--log").contains("login:"))
        // A terminal of script(1)'s; Control-] ends it.
        let typed = "(sleep 1; printf '\\r'; sleep 3; printf '\\035') | script -qec 'clusterfile console one' /dev/null"
        let session = try await Command.output(
            ["bash", "-c", typed], environment: cluster.environment, folder: cluster.folder, deadline: 60)
        #expect(session.contains("one login:"), "\(session)")
        #expect(session.contains("left one"), "\(session)")
    }

    private func logs(_ cluster: TestCluster) async throws {
        // What a careless program could print: the cluster's keys on the console and in an agent's log.
        let state = cluster.folder.appendingPathComponent("state/clusterfile")
        let secrets = try FileManager.default.subpathsOfDirectory(atPath: state.path).compactMap { file -> String? in
            let text = try? String(contentsOf: state.appendingPathComponent(file), encoding: .utf8)
            return text.flatMap { $0.contains("PRIVATE KEY-----") ? $0 : nil }
        }
        #expect(secrets.count >= 3)
        try secrets.joined().write(
            to: cluster.folder.appendingPathComponent("secrets"), atomically: true, encoding: .utf8)
        try await cluster.output("cp", "secrets", "one:/tmp/secrets")
        try await cluster.ssh(
            "one",
            "sudo sh -c 'cat /tmp/secrets > /dev/ttyS0; systemd-run -qu clusterfile-careless --wait cat /tmp/secrets'")
        try await cluster.output("logs", "--to", "logs.tar.gz")
        let folder = cluster.folder.appendingPathComponent("unpacked")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try await Command.output(["tar", "-C", folder.path, "-xzf", "logs.tar.gz"], folder: cluster.folder)
        let files = Set(try FileManager.default.subpathsOfDirectory(atPath: folder.path))
        for file in [
            "plan.txt", "journal.jsonl", "status.json", "versions.txt", "networks/clusterfile_everyday.xml",
            "machines/one/domain.xml", "machines/one/console.log", "machines/one/agents.log",
        ] { #expect(files.contains("everyday/" + file), "\(file)") }
        var all = ""
        for file in files where !file.hasSuffix("/") {
            all += (try? String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)) ?? ""
        }
        for file in ["console.log", "agents.log"] {
            let text = try String(
                contentsOf: folder.appendingPathComponent("everyday/machines/one/\(file)"), encoding: .utf8)
            #expect(text.contains("[left out]"), "\(file)")
        }
        for line in secrets.joined().split(separator: "\n") where !line.hasPrefix("-----") {
            #expect(!all.contains(line))
        }
    }

    private func hosts(_ cluster: TestCluster) async throws {
        let file = cluster.folder.appendingPathComponent("hosts")
        try "127.0.0.1 localhost\n".write(to: file, atomically: true, encoding: .utf8)
        try await cluster.output("hosts", "--apply", "--hosts-file", file.path)
        try await cluster.output("hosts", "--apply", "--hosts-file", file.path)
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text.matches(of: /192\.168\.169\.11\tone\n/).count == 1, "\(text)")
        try await cluster.output("hosts", "--remove", "--hosts-file", file.path)
        #expect(try String(contentsOf: file, encoding: .utf8) == "127.0.0.1 localhost\n")
    }

    @Test func `a machine is paused, goes on with the right time, is halted, started and made anew`() async throws {
        let cluster = try Self.cluster()
        try await cluster.output("up", "--yes")
        try await cluster.ssh("one", "echo kept > keepsake")

        try await cluster.output("suspend")
        #expect(try await state(cluster) == "paused")
        let refused = try await cluster.clusterfile("ssh", "one", "true")
        #expect(refused.errors.contains("it is paused"), "\(refused.transcript)")
        try await Task.sleep(for: .seconds(4))
        try await cluster.output("resume", "one")
        let guestTime = try #require(Double(try await cluster.ssh("one", "date +%s.%N").dropLast()))
        #expect(abs(guestTime - Date().timeIntervalSince1970) < 3)

        try await cluster.output("halt", "one")
        #expect(try await state(cluster) == "off")
        let again = try await cluster.clusterfile("halt")
        #expect(again.errors == "nothing to do: one is off\n", "\(again.transcript)")
        let paused = try await cluster.clusterfile("suspend", "one")
        #expect(paused.status == 1 && paused.errors.contains("it is off"), "\(paused.transcript)")
        // Without the Clusterfile, by name alone.
        try await cluster.output("start", "-c", "everyday")
        #expect(try await cluster.ssh("one", "cat keepsake") == "kept\n")
        let boot = try await cluster.ssh("one", "cat /proc/sys/kernel/random/boot_id")
        try await cluster.output("restart", "one")
        #expect(try await cluster.ssh("one", "cat /proc/sys/kernel/random/boot_id") != boot)

        let unasked = try await cluster.clusterfile("rebuild", "one")
        #expect(unasked.status == 1 && unasked.errors.contains("destroys data"), "\(unasked.transcript)")
        #expect(try await cluster.ssh("one", "cat keepsake") == "kept\n")
        try await cluster.output("rebuild", "one", "--yes")
        #expect(try await cluster.ssh("one", "ls") == "")
        #expect(try await cluster.output("plan").contains("Nothing to do"))
        try await cluster.output("down", "--yes")
        #expect(try await state(cluster) == "missing")
        await cluster.remove()
    }

    private func state(_ cluster: TestCluster) async throws -> String? {
        try JSON(parsing: try await cluster.output("status", "-o", "json"))["machines"]?[0]?["state"]?.string
    }

    @Test func `ports lead into the machine, through its restart, a snapshot and a kill of who carries them`()
        async throws
    {
        let cluster = try TestCluster(
            name: "everyday",
            clusterfile: """
                cluster: everyday
                network: {address: 192.168.169.0/24}
                machines:
                  - {name: one, address: 192.168.169.11, image: debian-12, memory: 512MiB, ports: ["41722:22"]}

                """)
        try await cluster.output("up", "--yes")
        #expect(try await greeting().hasPrefix("SSH-2.0"))
        let first = try await server(cluster)

        try await cluster.output("snapshot", "save", "early")
        try await cluster.output("snapshot", "restore", "early", "--yes")
        #expect(try await greeting().hasPrefix("SSH-2.0"))
        let restart = try await cluster.clusterfile("restart", "one")
        #expect(restart.status == 0 && !restart.errors.contains("its power is cut"), "\(restart.transcript)")
        #expect(try await greeting().hasPrefix("SSH-2.0"))
        #expect(try await server(cluster) == first)

        kill(first, SIGKILL)
        try await cluster.output("up", "--yes")
        #expect(try await greeting().hasPrefix("SSH-2.0"))
        let second = try await server(cluster)
        #expect(second != first)

        // It has just booted: whoever hears the power button may have come after the login.
        let halt = try await cluster.clusterfile("halt")
        #expect(halt.status == 0 && !halt.errors.contains("its power is cut"), "\(halt.transcript)")
        #expect(!isRunning(second))
        try await cluster.output("start")
        #expect(try await greeting().hasPrefix("SSH-2.0"))
        let third = try await server(cluster)
        try await cluster.output("down", "--yes")
        #expect(!isRunning(third))
        await cluster.remove()
    }

    /// Whether a process works; one that has ended and that nobody has asked about does not.
    private func isRunning(_ process: pid_t) -> Bool {
        // No such file means no such process.
        guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
        return !status.contains(") Z ")
    }

    /// What the machine's SSH server says first to who comes by the host's port.
    private func greeting() async throws -> String {
        try await Command.output(
            ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/41722; read -r -t 10 line <&3; echo \"$line\""], deadline: 20)
    }

    /// The process that carries the ports, by its record.
    private func server(_ cluster: TestCluster) async throws -> pid_t {
        let state = cluster.folder.appendingPathComponent("state/clusterfile")
        let folder = try #require(try FileManager.default.contentsOfDirectory(atPath: state.path).first)
        let record = state.appendingPathComponent("\(folder)/forwards.json")
        return pid_t(try #require(try JSON(parsing: Data(contentsOf: record))["pid"]?.integer))
    }
}
