package import Diagnostics
import FoundationEssentials
import Glibc

/// Holds a cluster (or the host's names and ranges) for one process; the kernel releases it when that process ends.
///
/// flock(2) on a file that also says who holds it. Commands that only read never take it.
package enum ClusterLock {
    /// Runs the body while holding the lock, or says who has it; `waitsSeconds` of nil does not wait at all.
    package static func hold<Value>(
        _ path: String, purpose: String, waitsSeconds: Double? = nil, _ body: () async throws -> Value
    ) async throws -> Value {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Diagnosis("cannot open the lock \(path)", why: String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        let deadline = ContinuousClock.now + .seconds(waitsSeconds ?? 0)
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK, ContinuousClock.now < deadline else {
                throw ClusterLocked(holder: holder(of: path))
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        let line = Array("\(purpose) (process \(getpid()), since \(Date.now.formatted(.iso8601)))\n".utf8)
        ftruncate(descriptor, 0)
        _ = line.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        return try await body()
    }

    private static func holder(of path: String) -> String {
        // Only a courtesy: a lock whose holder cannot be read is still a lock.
        let text = (try? String(contentsOf: URL(filePath: path), encoding: .utf8)) ?? ""
        let name = text.split(separator: "\n").first.map(String.init) ?? "an unnamed process"
        return name
    }
}

/// Another command works on the cluster.
package struct ClusterLocked: Error, Hashable, Sendable {
    /// Who, and since when.
    package var holder: String
}

extension ClusterLocked: Diagnosable {
    package var diagnosis: Diagnosis {
        Diagnosis(
            "another command works on this cluster", why: "its lock is held by \(holder)",
            fix: "wait for it to end, or end that process; then run this again")
    }
}
