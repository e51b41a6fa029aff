import Foundation

/// An SSH server in a lab's network, by which the lab's libvirt is reached as that of another host: `qemu+ssh://…`.
struct LabSSH: Sendable {
    private let folder: URL
    /// Where libvirt answers through it.
    let uri: String

    /// Starts a server with keys of its own on an address of the lab.
    static func start(in lab: Lab, at address: String) async throws -> LabSSH {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lab-ssh-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for key in ["host", "user"] {
            try await Command.output(["ssh-keygen", "-qt", "ed25519", "-N", "", "-f", folder.path + "/" + key])
        }
        // sshd's own folder for its unprivileged half, which its service would make.
        try FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
        let server = """
            Port 2022
            ListenAddress \(address)
            HostKey \(folder.path)/host
            PidFile \(folder.path)/pid
            AuthorizedKeysFile \(folder.path)/user.pub
            StrictModes no
            UsePAM no
            PermitRootLogin yes
            PasswordAuthentication no
            MaxStartups 100
            """
        try server.write(to: folder.appendingPathComponent("sshd_config"), atomically: true, encoding: .utf8)
        let key = try String(contentsOf: folder.appendingPathComponent("host.pub"), encoding: .utf8)
        try "[\(address)]:2022 \(key)".write(
            to: folder.appendingPathComponent("known_hosts"), atomically: true, encoding: .utf8)
        // What stands for the user's own configuration.
        let client = """
            #!/bin/sh
            exec ssh -F none -i \(folder.path)/user -o UserKnownHostsFile=\(folder.path)/known_hosts \
                -o StrictHostKeyChecking=yes "$@"
            """
        let program = folder.appendingPathComponent("ssh")
        try client.write(to: program, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
        try await lab.detached(
            TestCluster.lab, "exec", "/usr/sbin/sshd", "-f", folder.path + "/sshd_config", "-E", folder.path + "/log")
        return LabSSH(
            folder: folder,
            uri: "qemu+ssh://root@\(address):2022/system?socket=\(lab.socket)&command=\(program.path)")
    }

    /// Ends the server and removes its keys.
    func stop() async throws {
        let pid = try String(contentsOf: folder.appendingPathComponent("pid"), encoding: .utf8)
        try await Command.output(["kill", pid.trimmingCharacters(in: .whitespacesAndNewlines)])
        try FileManager.default.removeItem(at: folder)
    }
}
