import Foundation
import Glibc
import JSON
import Testing

@testable import Bundles
@testable import TaskModules

/// Modules that drive the machine's own programs: what they make of their arguments, and git for real.
@Suite final class SystemModuleTests: ModuleFolder {
    @Test(
        arguments: [
            (
                ["protocol": "tcp", "destination_port": "22", "ctstate": ["NEW"], "jump": "ACCEPT", "comment": "a b"],
                "-p tcp -j ACCEPT --destination-port 22 -m conntrack --ctstate NEW -m comment --comment a b"
            ),
            (
                ["source": "!10.0.0.0/8", "syn": "negate", "match": ["state"], "ctstate": "NEW,RELATED"],
                "! -s 10.0.0.0/8 -m state ! --syn --state NEW,RELATED"
            ),
            (
                ["destination_ports": ["80", "443"], "reject_with": "tcp-reset"],
                "-m multiport --dports 80,443 -j REJECT --reject-with tcp-reset"
            ),
            (
                ["limit": "3/m", "uid_owner": "0", "icmp_type": "8"],
                "-m limit --limit 3/m -m owner --uid-owner 0 --icmp-type 8"
            ),
            (
                [
                    "tcp_flags": ["flags": ["SYN", "ACK"], "flags_set": ["SYN"]], "ip_version": "ipv6",
                    "icmp_type": "1",
                ],
                "--tcp-flags SYN,ACK SYN --icmpv6-type 1"
            ),
        ] as [(JSONObject, String)])
    func `A rule's arguments come in the peer's order`(arguments: JSONObject, rule: String) throws {
        let context = try context("iptables", arguments)
        let all = try IptablesRule(context, jump: context.text("jump")).arguments
        #expect(all.joined(separator: " ") == rule)
    }

    @Test(arguments: [
        (
            "deb [arch=amd64 signed-by=/k] https://user:word@download.example.org/linux/debian bookworm stable",
            "download_example_org_linux_debian.list"
        ),
        ("deb-src http://deb.debian.org/debian bookworm main", "deb_debian_org_debian.list"),
    ])
    func `A source goes to a file of its address`(source: String, name: String) {
        #expect(AptSourceLine.fileName(source) == name)
    }

    @Test func `A source is added once, enabled where it is disabled, and removed with its file`() throws {
        try FileManager.default.createDirectory(atPath: path("sources.list.d"), withIntermediateDirectories: true)
        try write("# deb http://a   suite main # why\ndeb http://b suite main\n", "sources.list")
        func changes(_ edit: (inout AptSources) -> Void) throws -> [AptSources.Change] {
            var sources = try AptSources(folder: root)
            edit(&sources)
            return sources.changes
        }
        #expect(try changes { $0.add("deb http://b suite main", fileName: nil) }.isEmpty)
        #expect(
            try changes { $0.add("deb http://a suite main", fileName: nil) }.first?.after
                == "deb http://a suite main # why\ndeb http://b suite main\n")
        let added = try changes { $0.add("deb http://c/x suite main", fileName: nil) }
        #expect(
            added == [.init(path: path("sources.list.d/c_x.list"), before: nil, after: "deb http://c/x suite main\n")])
        try write("deb http://c/x suite main\n", "sources.list.d/c_x.list")
        #expect(try changes { $0.remove("deb http://c/x suite main") }.first?.after == nil)
        #expect(try changes { $0.remove("deb http://a suite main") }.isEmpty)
    }

    @Test func `A package's name may carry a version, a pattern or a minimum`() throws {
        let context = try context("apt", ["name": "x"])
        #expect(try PackageSpec("a").accepts("1", context))
        #expect(try PackageSpec("a=1.*").accepts("1.2", context) && !PackageSpec("a=1.*").accepts("2", context))
        #expect(try PackageSpec("a:i386=1.*").name == "a:i386")
        #expect(try PackageSpec("a>=1.10").accepts("1.9.1", context) == false)
        #expect(try PackageSpec("a>=1.9").accepts("1.10", context))
        #expect(throws: TaskFailure.self) { try PackageSpec("a=1=2") }
        let versions = AvailablePackages.Versions(candidate: "3", all: ["3", "2.5", "2.1"])
        #expect(try versions.best(for: PackageSpec("a"), context) == "3")
        #expect(try versions.best(for: PackageSpec("a=2.*"), context) == "2.5")
        #expect(try versions.best(for: PackageSpec("a>=4"), context) == nil)
    }

    @Test func `A working copy follows its repository, at branches and tags, and keeps what was changed by hand`()
        throws
    {
        let script = """
            git init -q -b main origin && cd origin && git config user.email a@b && git config user.name n
            echo one > file && git add file && git commit -qm one && git tag v1 && echo two > file && git commit -qam two
            """
        _ = try Spawn(arguments: ["sh", "-ec", script], directory: root).run().checked(["sh"])
        let arguments: JSONObject = ["repo": .string("file://" + path("origin")), "dest": .string(path("copy"))]
        try converges("git", arguments)
        #expect(text("copy/file") == "two\n")
        let tagged = try run("git", arguments.merging(["version": "v1"]))
        #expect(tagged.changed && text("copy/file") == "one\n")
        #expect(try !run("git", arguments.merging(["version": "v1"])).changed)
        let next = "cd origin && echo three > file && git commit -qam three"
        _ = try Spawn(arguments: ["sh", "-ec", next], directory: root).run().checked(["sh"])
        try converges("git", arguments.merging(["version": "main"]))
        #expect(text("copy/file") == "three\n")
        try write("mine\n", "copy/file")
        #expect(throws: TaskFailure.self) { try run("git", arguments.merging(["version": "main"])) }
        try converges("git", arguments.merging(["version": "main", "force": true]))
        #expect(text("copy/file") == "three\n")
        #expect(throws: TaskFailure.self) { try run("git", arguments.merging(["version": "no-such"])) }
        try converges("git", arguments.merging(["dest": .string(path("bare")), "bare": true]))
    }

    @Test func `A program's words take variables and home folders from the task's environment`() throws {
        var context = try context("command", ["cmd": "printf '%s|' $THING ${THING}x ~/y $NONE_SUCH 'a$THING'"])
        context.environment = ["THING": "1 2", "HOME": "/h"]
        #expect(try CommandModule.propose(context).apply?()["stdout"] == "1 2|1 2x|/h/y|$NONE_SUCH|a1 2|")
        let made = try run("command", ["cmd": "true"]).result
        #expect(made["delta"]?.string?.hasPrefix("0:00:0") == true)
        #expect(try check("command", ["cmd": "true"]).result["skipped"] == true)
        #expect(try check("command", ["cmd": "true", "creates": "/no/such"]).changed)
    }

    @Test func `A file's times are set once, and a touch that preserves them changes nothing`() throws {
        try write("", "file")
        let arguments: JSONObject = ["path": .string(path("file"))]
        try converges("file", arguments.merging(["modification_time": "202001020304.05"]))
        #expect(
            try SystemCalls.status(path("file"))?.st_mtim.tv_sec
                == FileTimes.seconds("202001020304.05", "%Y%m%d%H%M.%S"))
        let kept = arguments.merging(["state": "touch", "modification_time": "preserve", "access_time": "preserve"])
        #expect(try !run("file", kept).changed)
        #expect(try run("file", arguments.merging(["state": "touch"])).changed)
        #expect(throws: TaskFailure.self) { try run("file", arguments.merging(["access_time": "yesterday"])) }
    }

    @Test func `Attributes follow a link to what it leads to, unless they are not to`() throws {
        try write("", "file")
        symlink("file", path("link"))
        try converges("file", ["path": .string(path("link")), "mode": "0600"])
        #expect(mode("file") == 0o600)
        try run("file", ["path": .string(path("link")), "mode": "0644", "follow": false])
        #expect(mode("file") == 0o600)
    }
}
