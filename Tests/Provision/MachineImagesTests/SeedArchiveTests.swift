import Foundation
import Testing

@testable import MachineImages

@Suite struct SeedArchiveTests {
    private let boot = FirstBoot(
        instanceID: "i-1", hostname: "kube-node1", machineID: String(repeating: "a", count: 32),
        cards: [.init(macAddress: "52:54:00:00:00:01", address: .fixed("192.168.56.21", prefixLength: 24))],
        gateway: "192.168.56.1", nameserver: "192.168.56.1",
        peers: [
            .init(name: "kube-master1", address: "192.168.56.11"), .init(name: "kube-node1", address: "192.168.56.21"),
        ],
        user: "cluster", hostKey: .init(privateKey: "PRIVATE\n", publicKey: "ssh-ed25519 AAAA host"),
        authorizedKeys: ["ssh-ed25519 AAAA user"], userKey: nil, knownHosts: "")

    @Test func `tar reads the seed with every mode and owner`() throws {
        let listing = try tar(["-tv", "--numeric-owner"], input: boot.seed.bytes)
        let lines = listing.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) }
        func entry(_ path: String) -> String? {
            lines.first { $0.last.map(String.init) == path }.map { "\($0[0]) \($0[1]) \($0[2])" }
        }
        #expect(entry("etc/ssh/ssh_host_ed25519_key") == "-rw------- 0/0 8")
        #expect(entry("home/cluster/.ssh") == "drwx------ 1000/1000 0")
        #expect(entry("home/cluster/.ssh/authorized_keys") == "-rw------- 1000/1000 22")
        #expect(entry("etc/machine-id") == "-r--r--r-- 0/0 33")
    }

    @Test func `every machine's name is in the hosts file`() {
        #expect(boot.hostsFile.hasSuffix("192.168.56.11 kube-master1\n192.168.56.21 kube-node1\n"))
    }

    @Test func `the same facts give the same bytes, in whole disk steps`() {
        #expect(boot.seed.bytes == boot.seed.bytes)
        #expect(boot.seed.bytes.count % (1 << 20) == 0)
    }

    @Test func `only a machine that was given the user's key carries one`() throws {
        #expect(try !tar(["-t"], input: boot.seed.bytes).contains("id_ed25519\n"))
        var master = boot
        master.userKey = .init(privateKey: "SECRET\n", publicKey: "ssh-ed25519 AAAA user")
        #expect(try tar(["-tv"], input: master.seed.bytes).contains("-rw------- 1000/1000"))
        #expect(try tar(["-t"], input: master.seed.bytes).contains("home/cluster/.ssh/id_ed25519\n"))
    }

    private func tar(_ arguments: [String], input: [UInt8]) throws -> String {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("seed-\(UUID().uuidString).tar")
        try Data(input).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }  // a leftover in the temporary folder harms nobody
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/tar")
        process.arguments = arguments + ["-f", file.path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: data, as: UTF8.self)
    }
}
