import Foundation
import Testing

@testable import MachineImages

/// The seed of images from elsewhere: what blkid and cloud-init find in it.
@Suite struct NoCloudSeedTests {
    private let boot = FirstBoot(
        instanceID: "i-1", hostname: "web", machineID: String(repeating: "a", count: 32),
        cards: [
            .init(macAddress: "52:54:00:00:00:01", address: .fixed("192.168.56.21", prefixLength: 24), mtu: 1400),
            .init(macAddress: "52:54:00:00:00:02", address: .leased),
        ], gateway: "192.168.56.1", nameserver: "192.168.56.1",
        peers: [.init(name: "web", address: "192.168.56.21")], user: "cluster",
        hostKey: .init(privateKey: "PRIVATE\n\"quoted\"\n", publicKey: "ssh-ed25519 AAAA host"),
        authorizedKeys: ["ssh-ed25519 AAAA user"], userKey: nil, knownHosts: "web ssh-ed25519 AAAA\n")

    @Test func `blkid finds an ISO 9660 file system with the label that cloud-init looks for`() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("seed-\(UUID().uuidString).iso")
        let seed = NoCloudSeed(boot, userData: nil).bytes
        #expect(seed.count % (1 << 20) == 0)
        try Data(seed).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }  // a leftover in the temporary folder harms nobody
        let found = try output(["/sbin/blkid", "-p", "-o", "export", file.path])
        #expect(found.contains("LABEL=cidata\n"))
        #expect(found.contains("TYPE=iso9660\n"))
    }

    @Test func `the folder names every file with its place and size, in both byte orders`() {
        let contents = [("b", [UInt8](repeating: 7, count: 2049)), ("meta-data", Array("x".utf8)), ("a", [])]
        let image = ISO9660(label: "l", files: contents.map { (name: $0.0, content: $0.1) }).bytes
        #expect(image.count % 2048 == 0)
        var at = 20 * 2048
        var found: [String: [UInt8]] = [:]
        while image[at] > 0 {
            let record = Array(image[at..<at + Int(image[at])])
            func number(_ offset: Int) -> Int {
                let little = (0..<4).reduce(0) { $0 | Int(record[offset + $1]) << ($1 * 8) }
                let big = (0..<4).reduce(0) { $0 << 8 | Int(record[offset + 4 + $1]) }
                #expect(little == big)
                return little
            }
            let name = String(decoding: record[33..<33 + Int(record[32])], as: UTF8.self)
            if record[25] & 2 == 0 { found[name] = Array(image[number(2) * 2048..<number(2) * 2048 + number(10)]) }
            at += record.count
        }
        #expect(found == Dictionary(uniqueKeysWithValues: contents))
    }

    @Test func `cards are matched by their hardware addresses; the way out is the first one's`() {
        #expect(
            NoCloudSeed(boot, userData: nil).networkConfig == """
                {
                  "version": 2,
                  "ethernets": {
                    "card0": {
                      "match": {
                        "macaddress": "52:54:00:00:00:01"
                      },
                      "mtu": 1400,
                      "addresses": [
                        "192.168.56.21/24"
                      ],
                      "routes": [
                        {
                          "to": "0.0.0.0/0",
                          "via": "192.168.56.1"
                        }
                      ],
                      "nameservers": {
                        "addresses": [
                          "192.168.56.1"
                        ]
                      }
                    },
                    "card1": {
                      "match": {
                        "macaddress": "52:54:00:00:00:02"
                      },
                      "dhcp4": true
                    }
                  }
                }

                """)
    }

    @Test(arguments: [
        ("#cloud-config\npackages: [nginx]\n", "text/cloud-config"), ("#!/bin/sh\ntrue\n", "text/x-shellscript"),
        ("packages: [nginx]\n", "text/cloud-config"), ("## template: jinja\n#cloud-config\n", "text/jinja2"),
        ("#include-once\nhttp://h/x\n", "text/x-include-once-url"),
    ])
    func `user data comes first, as what it says it is; ours is merged after it`(userData: String, type: String) throws
    {
        let text = NoCloudSeed(boot, userData: userData).userDataFile
        let parts = text.components(separatedBy: "--==clusterfile==\n")
        try #require(parts.count == 3)
        #expect(parts[1].hasPrefix("Content-Type: \(type);"))
        #expect(parts[1].contains("\n\n\(userData)"))
        #expect(parts[2].contains("Merge-Type: list(append)+dict(recurse_array)+str()\n\n#cloud-config\n{"))
        #expect(parts[2].hasSuffix("--==clusterfile==--\n"))
    }

    @Test func `only a machine that was given the user's key carries one`() {
        #expect(!NoCloudSeed(boot, userData: nil).userDataFile.contains("id_ed25519"))
        var master = boot
        master.userKey = .init(privateKey: "SECRET\n", publicKey: "ssh-ed25519 AAAA user")
        #expect(NoCloudSeed(master, userData: nil).userDataFile.contains("SECRET"))
    }

    private func output(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: arguments[0])
        process.arguments = Array(arguments.dropFirst())
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: data, as: UTF8.self)
    }
}
