import Foundation
import Testing

@testable import PlanExecution

@Suite struct ClusterLockTests {
    private let path = Samples.folder()

    @Test func `the host's lock is for every user, and one holds it`() async throws {
        defer { unlink(path) }
        try await ClusterLock.holdHost(path, purpose: "first") {
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o666)
            let error = await #expect(throws: ClusterLocked.self) {
                try await ClusterLock.holdHost(path, purpose: "second", waitsSeconds: 0) {
                    Issue.record("two hold it")
                }
            }
            #expect(error?.scope == .host)
            #expect(error?.holder.hasPrefix("first (process \(getpid()), since ") == true)
        }
        try await ClusterLock.holdHost(path, purpose: "third", waitsSeconds: 0) {}
    }

    @Test func `a link in the lock's place is not followed`() async throws {
        defer { unlink(path) }
        #expect(symlink(path + ".target", path) == 0)
        await #expect(throws: (any Error).self) {
            try await ClusterLock.holdHost(path, purpose: "a link") { Issue.record("it was followed") }
        }
        #expect(!FileManager.default.fileExists(atPath: path + ".target"))
    }
}
