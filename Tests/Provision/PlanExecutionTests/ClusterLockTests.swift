import Foundation
import Testing

@testable import PlanExecution

@Suite struct ClusterLockTests {
    private let path = Samples.folder()

    @Test func `the host's lock is for every user, and one holds it`() async throws {
        defer { unlink(path) }
        try await ClusterLock.hold(.networks, at: path, purpose: "first") {
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o666)
            // An open file of its own has to wait, as another process's would.
            let waiting = Task { [path] in
                try await ClusterLock.hold(.networks, at: path, purpose: "second") { Issue.record("two hold it") }
            }
            try await Task.sleep(for: .milliseconds(120))
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            let text = try String(contentsOfFile: path, encoding: .utf8)
            #expect(text.hasPrefix("first (process \(getpid()), since "))
        }
        try await ClusterLock.hold(.networks, at: path, purpose: "third") {}
    }

    @Test func `a cluster's lock is not waited for, and its holder is named`() async throws {
        defer { unlink(path) }
        try await ClusterLock.hold(path, purpose: "first") {
            let error = await #expect(throws: ClusterLocked.self) {
                try await ClusterLock.hold(path, purpose: "second") { Issue.record("two hold it") }
            }
            #expect(error?.scope == .cluster)
            #expect(error?.holder.hasPrefix("first (process \(getpid()), since ") == true)
        }
    }

    @Test func `a link in the lock's place is not followed`() async throws {
        defer { unlink(path) }
        #expect(symlink(path + ".target", path) == 0)
        await #expect(throws: (any Error).self) {
            try await ClusterLock.hold(.images, at: path, purpose: "a link") { Issue.record("it was followed") }
        }
        #expect(!FileManager.default.fileExists(atPath: path + ".target"))
    }
}
