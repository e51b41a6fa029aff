package import Diagnostics
import FoundationEssentials
import Glibc

/// Holds a cluster, or the host's names and ranges, for one process; the kernel releases it when that process ends.
///
/// flock(2) on a file that also says who holds it. Commands that only read never take it.
package enum ClusterLock {
    /// Runs the body while holding a cluster's lock, or says who has it; `waitsSeconds` of nil does not wait at all.
    package static func hold<Value>(
        _ path: String, purpose: String, waitsSeconds: Double? = nil, _ body: () async throws -> Value
    ) async throws -> Value {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw cannotOpen(path, errno) }
        return try await hold(descriptor, path, .cluster, purpose, waitsSeconds: waitsSeconds ?? 0, body)
    }

    /// Runs the body while no other command of any user on this host holds the lock of what the host has once.
    ///
    /// It says nothing to a libvirt on another host. `path` is another than the host's in tests only. `waiting` is told once
    /// who has it, where that takes longer than a moment.
    package static func hold<Value>(
        _ shared: Shared, at path: String? = nil, purpose: String, waiting: (ClusterLocked) -> Void = { _ in },
        _ body: () async throws -> Value
    ) async throws -> Value {
        let path = path ?? shared.path
        let descriptor = try openShared(path)
        return try await hold(
            descriptor, path, .host(shared), purpose, waitsSeconds: shared.waitsSeconds, waiting: waiting, body)
    }

    /// What all clusters of a host share.
    package enum Shared: String, Hashable, Sendable {
        /// Address ranges and bridges, for the moment in which one is looked at and taken.
        case networks
        /// The volumes of images and agents, for as long as an upload takes.
        case images
        /// The host's own file of names, for the moment in which it is changed.
        case hosts
        /// The disks that machines are made of the next time, for as long as one is prepared.
        case warm

        /// `/run/lock/clusterfile-….lock`, or in `/tmp` where not everybody may write to that folder: the same for all users.
        var path: String {
            var status = stat()
            let isForAll = stat("/run/lock", &status) == 0 && status.st_mode & 0o1777 == 0o1777
            return (isForAll ? "/run/lock" : "/tmp") + "/clusterfile-\(rawValue).lock"
        }

        fileprivate var waitsSeconds: Double {
            switch self {
            case .networks, .hosts: 60
            case .images: 1800
            case .warm: 0
            }
        }
    }

    /// Takes over the descriptor.
    private static func hold<Value>(
        _ descriptor: Int32, _ path: String, _ scope: ClusterLocked.Scope, _ purpose: String, waitsSeconds: Double,
        waiting: (ClusterLocked) -> Void = { _ in }, _ body: () async throws -> Value
    ) async throws -> Value {
        defer { close(descriptor) }
        let begin = ContinuousClock.now
        let deadline = begin + .seconds(waitsSeconds)
        var hasTold = false
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK, ContinuousClock.now < deadline else {
                throw ClusterLocked(scope: scope, holder: holder(of: path))
            }
            if !hasTold, ContinuousClock.now - begin > .seconds(1) {
                hasTold = true
                waiting(ClusterLocked(scope: scope, holder: holder(of: path)))
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        let line = Array(LockHolder.current(purpose).line.utf8)
        ftruncate(descriptor, 0)
        _ = line.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        return try await body()
    }

    /// Opens a lock file in a folder where everybody may write; whoever comes first makes it for all.
    private static func openShared(_ path: String) throws(Diagnosis) -> Int32 {
        while true {
            // Without O_CREAT first: in such a folder the kernel may refuse it for another user's file
            // (fs.protected_regular). What is not ours to write can still be locked.
            let existing = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
            if existing >= 0 { return existing }
            var failure = errno
            if failure == EACCES {
                let readable = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
                if readable >= 0 { return readable }
                failure = errno
            }
            guard failure == ENOENT else { throw cannotOpen(path, failure) }
            let made = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
            if made >= 0 {
                // Past the umask.
                fchmod(made, 0o666)
                return made
            }
            failure = errno
            guard failure == EEXIST else { throw cannotOpen(path, failure) }
        }
    }

    private static func cannotOpen(_ path: String, _ failure: Int32) -> Diagnosis {
        Diagnosis("cannot open the lock \(path)", why: String(cString: strerror(failure)))
    }

    private static func holder(of path: String) -> String {
        // Only a courtesy: a lock whose holder cannot be read is still a lock.
        let text = (try? String(contentsOf: URL(filePath: path), encoding: .utf8)) ?? ""
        return LockHolder(text)?.text(at: .now) ?? "an unnamed process"
    }
}

/// Another command holds what this one needs.
package struct ClusterLocked: Error, Hashable, Sendable {
    package enum Scope: Hashable, Sendable {
        case cluster
        case host(ClusterLock.Shared)
    }

    package var scope: Scope
    /// Who, and for how long.
    package var holder: String

    /// What someone who waits is told.
    package var note: String { "waiting: \(what): \(holder)" }

    private var what: String {
        switch scope {
        case .cluster: "another command works on this cluster"
        case .host(.networks): "another command makes a network on this host"
        case .host(.warm): "another command prepares warm disks on this host"
        case .host(.images): "another command uploads an image to this host"
        case .host(.hosts): "another command changes this host's file of names"
        }
    }
}

extension ClusterLocked: Diagnosable {
    package var diagnosis: Diagnosis {
        Diagnosis(
            what, why: "its lock is held by \(holder)",
            fix: "wait for it to end, or end that process; then run this again")
    }
}
