import Foundation
import Synchronization
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
            let holder = LockHolder(try String(contentsOfFile: path, encoding: .utf8))
            #expect(holder?.purpose == "first" && holder?.process == Int(getpid()))
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
            #expect(error?.holder == "first of \(NSUserName()) (process \(getpid())), for 0 s")
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

    @Test func `who waits is told once who has it`() async throws {
        defer { unlink(path) }
        let told = Told()
        try await ClusterLock.hold(.networks, at: path, purpose: "first") {
            let waiting = Task { [path] in
                try await ClusterLock.hold(.networks, at: path, purpose: "second", waiting: told.add) {}
            }
            while told.notes.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
            // It goes on trying meanwhile.
            try await Task.sleep(for: .milliseconds(150))
            waiting.cancel()
            _ = await waiting.result
        }
        #expect(told.notes.count == 1)
        #expect(told.notes[0].contains("another command makes a network on this host: first of "))
    }

    private final class Told: Sendable {
        private let state = Mutex<[String]>([])
        var notes: [String] { state.withLock { $0 } }
        func add(_ locked: ClusterLocked) { state.withLock { $0.append(locked.note) } }
    }

    @Test(arguments: [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7199, "119 min"), (7200, "2 h")])
    func `a holder's age is told`(seconds: Int, age: String) {
        let holder = LockHolder(purpose: "up", user: "eve", process: 7, since: Date(timeIntervalSince1970: 1000))
        #expect(LockHolder(holder.line) == holder)
        let now = Date(timeIntervalSince1970: 1000 + TimeInterval(seconds))
        #expect(holder.text(at: now) == "up of eve (process 7), for \(age)")
        #expect(LockHolder("clusterfile up (process 1)") == nil)
    }
}
