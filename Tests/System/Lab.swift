import Foundation

/// Another lab than the one that all tests share (scripts/lab): a libvirt host of a test's own.
struct Lab: Sendable {
    let number: Int

    var socket: String { "/run/clusterfile-lab\(number)/libvirt/libvirt-sock" }
    var uri: String { "qemu+unix:///system?socket=\(socket)" }

    /// Runs the body while the lab is there, and takes it away whatever becomes of it.
    func whileRunning(_ body: () async throws -> Void) async throws {
        try await run("start")
        do {
            try await body()
        } catch {
            // The test's own failure is what counts.
            try? await run("stop")
            throw error
        }
        try await run("stop")
    }

    /// Runs a command of `scripts/lab` on it.
    func run(_ command: String) async throws { try await detached(TestCluster.lab, command) }

    @discardableResult
    func virsh(_ arguments: String...) async throws -> String {
        try await Command.output(["virsh", "-q", "-c", uri] + arguments)
    }

    /// Runs a program that may start daemons: they shall inherit neither descriptors nor blocked signals of this process.
    func detached(_ command: String...) async throws {
        let start = """
            import os, signal, sys
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            os.closerange(3, 1024)
            os.execvp(sys.argv[1], sys.argv[1:])
            """
        try await Command.output(["CLUSTERFILE_LAB=\(number)", "python3", "-c", start] + command)
    }
}
