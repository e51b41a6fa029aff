import Foundation
import Glibc
import JSON
import Testing

@testable import TaskModules

@Suite struct FactsTests {
    @Test(arguments: [
        (
            "debian",
            "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\nID=debian\n",
            ["/etc/debian_version": "12.11"], ["Debian", "12.11", "12", "bookworm", "Debian"]
        ),
        (
            "ubuntu",
            "NAME=\"Ubuntu\"\nVERSION_ID=\"22.04\"\nVERSION_CODENAME=jammy\nID=ubuntu\nID_LIKE=debian\nHOME_URL=\"https://www.ubuntu.com/\"\n",
            [:], ["Ubuntu", "22.04", "22", "jammy", "Debian"]
        ),
        (
            "rocky", "NAME=\"Rocky Linux\"\nVERSION=\"9.3 (Blue Onyx)\"\nID=\"rocky\"\nVERSION_ID=\"9.3\"\n",
            ["/etc/redhat-release": "Rocky Linux release 9.3 (Blue Onyx)"],
            ["Rocky", "9.3", "9", "Blue Onyx", "RedHat"]
        ),
        (
            "rhel", "NAME=\"Red Hat Enterprise Linux\"\nVERSION=\"8.9 (Ootpa)\"\nID=\"rhel\"\nVERSION_ID=\"8.9\"\n",
            ["/etc/redhat-release": "Red Hat Enterprise Linux release 8.9 (Ootpa)"],
            ["RedHat", "8.9", "8", "Ootpa", "RedHat"]
        ),
        (
            "fedora", "NAME=\"Fedora Linux\"\nVERSION_ID=39\nID=fedora\nVERSION_CODENAME=\"\"\n",
            ["/etc/redhat-release": "Fedora release 39 (Thirty Nine)"], ["Fedora", "39", "39", "", "RedHat"]
        ),
        (
            "alpine", "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.19.0\n", ["/etc/alpine-release": "3.19.0"],
            ["Alpine", "3.19.0", "3", "NA", "Alpine"]
        ),
        (
            "leap",
            "NAME=\"openSUSE Leap\"\nVERSION=\"15.5\"\nID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"\nVERSION_ID=\"15.5\"\n",
            [:], ["openSUSE Leap", "15.5", "15", "5", "Suse"]
        ),
        (
            "sles",
            "NAME=\"SLES\"\nVERSION=\"15-SP5\"\nVERSION_ID=\"15.5\"\nPRETTY_NAME=\"SUSE Linux Enterprise Server 15 SP5\"\nID=\"sles\"\nID_LIKE=\"suse\"\n",
            [:], ["SLES", "15.5", "15", "5", "Suse"]
        ),
        (
            "amazon", "NAME=\"Amazon Linux\"\nVERSION=\"2023\"\nID=\"amzn\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"2023\"\n",
            [:], ["Amazon", "2023", "2023", "NA", "RedHat"]
        ),
        ("stranger", "NAME=\"Void\"\nID=\"void\"\n", [:], ["Void", "NA", "NA", "NA", "Void"]),
    ])
    func `distributions are named as the peer names them`(
        id: String, release: String, more: [String: String], wanted: [String]
    ) {
        let facts = DistributionFacts.collect { $0 == "/etc/os-release" ? release : more[$0] }
        let names = [
            "distribution", "distribution_version", "distribution_major_version", "distribution_release", "os_family",
        ]
        #expect(names.map { facts[$0]?.string ?? "none" } == wanted, "\(id)")
    }

    @Test(arguments: [
        (["all"], true, true, true), (["min"], true, false, false), (["!all"], true, false, false),
        (["!all", "network"], true, false, true), (["!hardware"], true, false, false),
        (["!all", "!min", "mounts"], true, true, false),
        (["!all", "!min", "loadavg"], false, false, false), (["hardware", "!hardware"], true, true, false),
    ])
    func `gather_subset chooses as the peer's does`(
        subset: [String], hasPlatform: Bool, hasHardware: Bool, hasNetwork: Bool
    )
        throws
    {
        let names = try FactCollector.names(for: subset)
        #expect(
            names.contains("platform") == hasPlatform && names.contains("hardware") == hasHardware
                && names.contains("network") == hasNetwork)
    }

    @Test func `an unknown subset is an error, and a filter leaves only what it names`() throws {
        #expect(throws: TaskFailure.self) { try FactCollector.names(for: ["netwrok"]) }
        let facts = try Facts.gather(.init(filters: ["ansible_mem*_mb", "kernel", "gather_*"]))
        #expect(
            Set(facts.keys) == [
                "ansible_memtotal_mb", "ansible_memfree_mb", "ansible_memory_mb", "ansible_kernel", "gather_subset",
            ])
    }

    @Test func `local facts come from JSON, INI and programs, and what is none of them says so`() throws {
        let folder = NSTemporaryDirectory() + "facts-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (name, text, mode) in [
            ("a.fact", #"{"deep": [1]}"#, 0o644),
            ("b.fact", "# c\n[DEFAULT]\nd = 1\n[one]\nKey: value\n  more\nx=y=z\n[two]\nd=2\n", 0o644),
            ("c.fact", "#!/bin/sh\necho '{\"ran\": true}'\n", 0o755),
            ("d.fact", "#!/bin/sh\necho no >&2\nexit 3\n", 0o755),
            ("e.fact", "neither\n", 0o644), ("skipped.txt", "{}", 0o644),
        ] {
            try text.write(toFile: folder + "/" + name, atomically: false, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder + "/" + name)
        }
        let local = try #require(try Facts.gather(.init(subsets: ["min"], localFolder: folder))["ansible_local"])
        #expect(local["a"] == ["deep": [1]])
        #expect(local["b"] == ["one": ["key": "value\nmore", "x": "y=z", "d": "1"], "two": ["d": "2"]])
        #expect(local["c"] == ["ran": true])
        #expect(local["d"]?.string?.hasPrefix("Failure executing fact script") == true)
        #expect(local["e"]?.string?.hasPrefix("error loading facts") == true)
        #expect(local.object?.count == 5)
    }

    @Test(arguments: [
        (0, "0.00 Bytes"), (1023, "1023.00 Bytes"), (1536, "1.50 KB"), (8_589_934_592, "8.00 GB"), (2.5e12, "2.27 TB"),
    ])
    func `sizes are told as the peer tells them`(bytes: Double, text: String) {
        #expect(DeviceFacts.readable(bytes) == text)
    }

    @Test func `a whole reading takes a few milliseconds of processor time`() throws {
        _ = try Facts.gather()
        var (before, after) = (timespec(), timespec())
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before)
        for _ in 0..<10 { _ = try Facts.gather() }
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after)
        let milliseconds = Double(after.tv_sec - before.tv_sec) * 100 + Double(after.tv_nsec - before.tv_nsec) / 1e7
        print("facts: \(milliseconds) ms each")
        // Not optimized here, and beside other tests.
        #expect(milliseconds < 60)
    }
}
